import { wordsOf } from './sections.ts';

/** Words that stand together: by them text is known again, wherever it went and whatever was mended in it. */
const TOGETHER = 3;
const SIZES = [1, 2, TOGETHER] as const;

/** Runs of words that a text has, with how often: what they are spent on is kept, and a text that was there twice is kept twice. */
export class KeptText {
  private readonly counts = new Map<string, number>();

  constructor(text: string) {
    for (const run of allRuns(text)) this.counts.set(run, (this.counts.get(run) ?? 0) + 1);
  }

  /** Share of a text that is here, 0 to 1; 1 for a text without words. */
  shareOf(text: string): number {
    const words = wordsOf(text);
    const runs = runsOf(words, Math.min(TOGETHER, words.length));
    if (runs.length === 0) return 1;
    const wanted = new Map<string, number>();
    for (const run of runs) wanted.set(run, (wanted.get(run) ?? 0) + 1);
    const found = [...wanted].reduce((sum, [run, count]) => sum + Math.min(count, this.counts.get(run) ?? 0), 0);
    return found / runs.length;
  }

  /** Takes a text away. */
  spend(text: string): void {
    for (const run of allRuns(text)) {
      const left = (this.counts.get(run) ?? 0) - 1;
      if (left >= 0) this.counts.set(run, left);
    }
  }
}

const allRuns = (text: string): readonly string[] => {
  const words = wordsOf(text);
  return SIZES.flatMap((size) => runsOf(words, size));
};

function runsOf(words: readonly string[], size: number): readonly string[] {
  if (size === 0) return [];
  return words.slice(0, Math.max(0, words.length - size + 1)).map((_, at) => words.slice(at, at + size).join(' '));
}
