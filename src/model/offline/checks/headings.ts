import { fileCheck, quoteLine, type Problem } from '../check.ts';
import { dropLines, joinLines, lessonHeadings, lessonLines, sectionEnd, type LessonHeading } from '../lesson/lines.ts';

type Found = Omit<Problem, 'kind'>;

/** `##Heading` is a paragraph to Markdown: the heading, and the section under it, are lost to the reader. */
export const headingSpaceCheck = fileCheck('lesson', {
  id: 'heading-space',
  title: 'A heading has no space after its number signs',
  severity: 'flaw',
  dimensions: ['Coherence', 'Experience'],
  run(lesson) {
    const problems: Found[] = [];
    const lines = lessonLines(lesson).map((line, index) => {
      const match = line.literal
        ? null
        : /^(#{1,6})(?=[\p{L}\p{N}«"*\p{Extended_Pictographic}])(?!\d+\b)(.*)$/u.exec(line.text);
      if (match === null) return line;
      problems.push({ line: index + 1, original: quoteLine(line.text), remedy: 'put a space after the number signs' });
      return { ...line, text: `${match[1]} ${match[2]}` };
    });
    return { text: joinLines(lines), problems };
  },
});

/** A level is skipped: an H4 right under an H2. */
export const headingLevelCheck = fileCheck('lesson', {
  id: 'heading-levels',
  title: 'A heading skips a level',
  severity: 'slip',
  dimensions: ['Coherence'],
  run(lesson) {
    const lines = lessonLines(lesson);
    const texts = lines.map((line) => line.text);
    const problems: Found[] = [];
    for (const { heading, level } of levels(lessonHeadings(lines))) {
      if (level === heading.level) continue;
      const line = texts[heading.index] ?? '';
      problems.push({
        line: heading.index + 1,
        original: quoteLine(line),
        remedy: `make it a heading of level ${level}`,
      });
      texts[heading.index] = line.replace(/#+/, '#'.repeat(level));
    }
    return { text: texts.join('\n'), problems };
  },
});

/** The level that each heading should have: siblings stay siblings, and none is more than one below its parent. */
function levels(
  headings: readonly LessonHeading[],
): readonly { readonly heading: LessonHeading; readonly level: number }[] {
  const parents: { readonly old: number; readonly level: number }[] = [];
  return headings.map((heading) => {
    while ((parents.at(-1)?.old ?? 0) >= heading.level) parents.pop();
    const deepest = (parents.at(-1)?.level ?? 0) + 1;
    // The first heading may be an H2: that its title is missing is another check's finding.
    const level = parents.length === 0 ? Math.min(heading.level, 2) : Math.min(heading.level, deepest);
    parents.push({ old: heading.level, level });
    return { heading, level };
  });
}

/** A heading with nothing under it whose text heads another section, too. */
export const doubledHeadingCheck = fileCheck('lesson', {
  id: 'doubled-headings',
  title: 'A heading stands twice',
  severity: 'flaw',
  dimensions: ['Coherence', 'LLM Fingerprint'],
  run(lesson) {
    const lines = lessonLines(lesson);
    const headings = lessonHeadings(lines);
    const dropped = new Set<number>();
    const isEmpty = (heading: LessonHeading): boolean =>
      lines
        .slice(heading.index + 1, sectionEnd(headings, heading, lines.length))
        .every((line, offset) => line.text.trim() === '' || dropped.has(heading.index + 1 + offset));
    const isTwin = (a: LessonHeading, b: LessonHeading): boolean => a !== b && a.level === b.level && a.text === b.text;
    // From the end upwards, so that a heading over nothing but dropped ones is seen to be empty.
    for (const heading of headings.toReversed()) {
      const twin = headings.find((other) => isTwin(other, heading) && !dropped.has(other.index));
      if (twin !== undefined && isEmpty(heading)) dropped.add(heading.index);
    }
    const problems = headings
      .filter(({ index }) => dropped.has(index))
      .map(({ index, text }) => ({
        line: index + 1,
        original: quoteLine(text),
        remedy: 'remove the heading that has nothing under it',
      }));
    return { text: joinLines(dropLines(lines, dropped)), problems };
  },
});
