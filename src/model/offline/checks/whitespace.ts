import { fileCheck, quoteLine, type Problem } from '../check.ts';
import { joinLines, lessonLines } from '../lesson/lines.ts';

type Found = Omit<Problem, 'kind'>;

/** Blanks at the end of a line. Two before further text are Markdown's line break, and stay. */
export const trailingSpaceCheck = fileCheck('lesson', {
  id: 'trailing-space',
  title: 'Lines end in blanks',
  severity: 'slip',
  dimensions: ['Coherence'],
  run(lesson) {
    const problems: Found[] = [];
    const all = lessonLines(lesson);
    const lines = all.map((line, index) => {
      const isBreak = /\S {2}$/.test(line.text) && all[index + 1]?.text.trim() !== '';
      const text = line.text.trimEnd();
      if (line.literal || isBreak || text === line.text) return line;
      problems.push({ line: index + 1, original: quoteLine(line.text), remedy: 'remove the blanks at its end' });
      return { ...line, text };
    });
    return { text: joinLines(lines), problems };
  },
});

/** More than one blank line, or two rules with nothing between. */
export const blankLineCheck = fileCheck('lesson', {
  id: 'blank-lines',
  title: 'Blank lines or rules stand twice',
  severity: 'slip',
  dimensions: ['Coherence'],
  run(lesson) {
    const problems: Found[] = [];
    const lines = lessonLines(lesson);
    const kept: string[] = [];
    for (const [index, { text, literal }] of lines.entries()) {
      const isBlank = text.trim() === '';
      const previous = kept.at(-1);
      const last = kept.findLast((line) => line.trim() !== '');
      const isSecondBlank = isBlank && previous?.trim() === '' && index < lines.length - 1;
      const isSecondRule = text.trim() === '---' && last?.trim() === '---';
      if (!literal && (isSecondBlank || isSecondRule)) {
        problems.push({ line: index + 1, original: isBlank ? null : '---', remedy: 'keep one of them' });
        continue;
      }
      kept.push(text);
    }
    return { text: kept.join('\n'), problems };
  },
});
