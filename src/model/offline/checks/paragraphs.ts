import { fileCheck, quoteLine, type Problem } from '../check.ts';
import { dropLines, joinLines, lessonLines, type LessonLine } from '../lesson/lines.ts';

/** A shorter block may stand twice for a reason, as a line of a dialogue does. */
const SHORTEST = 60;

interface Block {
  readonly start: number;
  /** Index after its last line. */
  readonly end: number;
  readonly text: string;
}

/** Blocks of prose between blank lines; tables, headings and code are none. */
function proseBlocks(lines: readonly LessonLine[]): readonly Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (let index = 0; index <= lines.length; index += 1) {
    const line = lines[index];
    if (line !== undefined && line.text.trim() !== '') continue;
    const body = lines.slice(start, index);
    const isProse = body.length > 0 && body.every(({ literal, text }) => !literal && !/^\s*(?:\||#{1,6}\s)/.test(text));
    if (isProse) blocks.push({ start, end: index, text: joinLines(body).replace(/\s+/g, ' ').trim() });
    start = index + 1;
  }
  return blocks;
}

/** A paragraph that was there before, word for word. */
export const doubledParagraphCheck = fileCheck('lesson', {
  id: 'doubled-paragraphs',
  title: 'A paragraph stands twice',
  severity: 'flaw',
  dimensions: ['Coherence', 'LLM Fingerprint', 'Richness'],
  run(lesson) {
    const lines = lessonLines(lesson);
    const seen = new Set<string>();
    const doubled = proseBlocks(lines).filter(({ text }) => {
      if (text.length < SHORTEST) return false;
      const known = seen.has(text);
      seen.add(text);
      return known;
    });
    const dropped = doubled.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, line) => start + line));
    const problems: Omit<Problem, 'kind'>[] = doubled.map(({ start, text }) => ({
      line: start + 1,
      original: quoteLine(text),
      remedy: 'remove the second of two equal paragraphs',
    }));
    return { text: joinLines(dropLines(lines, new Set(dropped))), problems };
  },
});
