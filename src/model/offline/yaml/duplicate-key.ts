/**
 * Drops one of two equal keys of a mapping, given the line of the second (index from 0). Where the values are one and the
 * same, the second goes; where both stand on one line, the first goes, since the last is what readers of YAML take. Anything
 * else is for a person: null.
 */
export function dropDuplicateKey(lines: readonly string[], second: number): readonly string[] | null {
  const key = keyOf(lines[second] ?? '');
  // Behind a dash a mapping begins: a key there has none before it.
  if (key === null || startsItem(lines[second])) return null;
  const first = earlierKey(lines, second, key);
  if (first === null) return null;
  const [a, b] = [blockEnd(lines, first), blockEnd(lines, second)];
  const text = (from: number, to: number): string =>
    [valueOf(lines[from] ?? ''), ...lines.slice(from + 1, to)].join('\n').trimEnd();
  if (text(first, a) === text(second, b)) return without(lines, second, b);
  const oneLine =
    a === first + 1 && b === second + 1 && valueOf(lines[first] ?? '') !== '' && valueOf(lines[second] ?? '') !== '';
  if (!oneLine) return null;
  if (!startsItem(lines[first])) return without(lines, first, a);
  // The first key stands behind a dash: it takes the value of the last, and that line goes.
  const lead = /^\s*-\s+/.exec(lines[first] ?? '')?.[0] ?? '';
  const moved = lines.map((line, index) => (index === first ? lead + (lines[second] ?? '').trimStart() : line));
  return without(moved, second, b);
}

const startsItem = (line: string | undefined): boolean => line?.trimStart().startsWith('- ') === true;

interface Key {
  readonly name: string;
  /** Column of the key, from 0; behind a dash that is the column of the item's other keys. */
  readonly column: number;
}

function keyOf(line: string): Key | null {
  const match = /^(\s*(?:-\s+)*)["']?([A-Za-z_][\w-]*)["']?\s*:(?:\s|$)/.exec(line);
  return match === null ? null : { name: match[2] ?? '', column: match[1]?.length ?? 0 };
}

const valueOf = (line: string): string => line.replace(/^[^:]*:/, '').trim();

function earlierKey(lines: readonly string[], second: number, key: Key): number | null {
  for (let index = second - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const other = keyOf(line);
    if (other !== null && other.column === key.column && other.name === key.name) return index;
    // A dash or a lesser indent ends the mapping on its way up.
    if (indentOf(line) < key.column) return null;
  }
  return null;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Index of the first line after a key's value. */
function blockEnd(lines: readonly string[], start: number): number {
  const column = keyOf(lines[start] ?? '')?.column ?? 0;
  const belongs = (line: string): boolean =>
    indentOf(line) > column || (indentOf(line) === column && /^\s*-(?:\s|$)/.test(line));
  let end = start + 1;
  while (end < lines.length && (lines[end] ?? '').trim() !== '' && belongs(lines[end] ?? '')) end += 1;
  return end;
}

const without = (lines: readonly string[], from: number, to: number): readonly string[] => [
  ...lines.slice(0, from),
  ...lines.slice(to),
];
