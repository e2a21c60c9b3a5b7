import { fileCheck, quoteLine, type Problem } from '../check.ts';
import { joinLines, lessonLines } from '../lesson/lines.ts';

type Found = Omit<Problem, 'kind'>;

/** `> [!note Title` without its bracket, or a bold title that is never closed: the box does not show as one. */
export const calloutCheck = fileCheck('lesson', {
  id: 'callouts',
  title: 'A callout is not closed',
  severity: 'flaw',
  dimensions: ['Experience', 'Coherence'],
  run(lesson) {
    const problems: Found[] = [];
    const all = lessonLines(lesson);
    const lines = all.map((line, index) => {
      if (line.literal || !line.text.startsWith('>') || all[index - 1]?.text.startsWith('>') === true) return line;
      const text = closed(line.text, all[index + 1]?.text ?? '');
      if (text !== line.text)
        problems.push({ line: index + 1, original: quoteLine(line.text), remedy: 'close the mark' });
      return { ...line, text };
    });
    return { text: joinLines(lines), problems };
  },
});

function closed(line: string, next: string): string {
  const bracket = line.replace(/^(>\s*\[![A-Za-z-]+)(?=\s|$)/, '$1]');
  const bold = (bracket.match(/\*\*/g) ?? []).length;
  // Bold may go on over the next line of the same paragraph; a title stands alone.
  const isTitle = next.trim() === '>' || !next.startsWith('>');
  return bold === 1 && isTitle && /\*\*\S/.test(bracket) ? `${bracket.trimEnd()}**` : bracket;
}

/** A code fence that is never closed swallows the rest of the lesson. */
export const codeFenceCheck = fileCheck('lesson', {
  id: 'code-fences',
  title: 'A code block is not closed',
  severity: 'flaw',
  dimensions: ['Experience', 'Coherence'],
  run(lesson) {
    const lines = lesson.split('\n');
    const open = openFence(lines);
    if (open === null) return { text: null, problems: [] };
    const mark = /`{3,}|~{3,}/.exec(lines[open] ?? '')?.[0] ?? '```';
    const heading = lines.findIndex((line, index) => index > open && /^#{1,6}\s/.test(line));
    const end = heading === -1 ? lines.length : heading;
    const last = lines.findLastIndex((line, index) => index < end && line.trim() !== '');
    const text = [...lines.slice(0, last + 1), mark, ...lines.slice(last + 1)].join('\n');
    return {
      text,
      problems: [{ line: open + 1, original: quoteLine(lines[open] ?? ''), remedy: 'close the code block' }],
    };
  },
});

/** Index of the line of a fence that nothing closes. */
function openFence(lines: readonly string[]): number | null {
  let open: { readonly index: number; readonly mark: string } | null = null;
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark === undefined) continue;
    if (open === null) open = { index, mark };
    else if (mark.startsWith(open.mark) && line.trim() === mark) open = null;
  }
  return open?.index ?? null;
}
