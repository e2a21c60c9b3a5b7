/**
 * How alike two short texts are, 0 to 1: twice the letters in their matching blocks over all letters, where the longest block
 * is taken first and then what is left and right of it (Ratcliff and Obershelp; Python's difflib does the same).
 */
export function similarity(a: string, b: string): number {
  if (a === b) return 1;
  const all = a.length + b.length;
  return all === 0 ? 1 : (2 * matching([...chars(a)], [...chars(b)])) / all;
}

/** The most that two texts of these lengths can have; cheap, to leave out what cannot match. */
export const mostSimilar = (a: string, b: string): number =>
  (2 * Math.min(a.length, b.length)) / Math.max(1, a.length + b.length);

const chars = (text: string): Iterable<number> => Array.from(text, (letter) => letter.codePointAt(0) ?? 0);

function matching(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  const open: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [aFrom, aTo, bFrom, bTo] = part;
    const block = longestBlock(a, b, part);
    if (block.size === 0) continue;
    sum += block.size;
    open.push([aFrom, block.a, bFrom, block.b], [block.a + block.size, aTo, block.b + block.size, bTo]);
  }
  return sum;
}

/** The longest block that both parts have; of equal ones the first in `a`, then in `b`. */
function longestBlock(
  a: readonly number[],
  b: readonly number[],
  [aFrom, aTo, bFrom, bTo]: readonly [number, number, number, number],
): { readonly a: number; readonly b: number; readonly size: number } {
  let best = { a: aFrom, b: bFrom, size: 0 };
  let before = new Map<number, number>();
  for (let i = aFrom; i < aTo; i += 1) {
    const lengths = new Map<number, number>();
    for (let j = bFrom; j < bTo; j += 1) {
      if (a[i] !== b[j]) continue;
      const size = (before.get(j - 1) ?? 0) + 1;
      lengths.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    before = lengths;
  }
  return best;
}
