/** An entry of a sidecar's list, from its lines: a file that does not parse has entries, too. */
export interface YamlEntry {
  /** Its title, lemma or first value, as it stands. */
  readonly name: string;
  readonly text: string;
}

/** The entries of the first list of a YAML text; none where it has no block list. */
export function yamlEntries(text: string): readonly YamlEntry[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#|---|$)/.test(line));
  const start = lines.findIndex((line) => /^\s*-/.test(line));
  if (start === -1) return [];
  return splitEntries(lines.slice(start), indentOf(lines[start] ?? '')).map((entry) => ({
    name: nameOf(entry),
    text: entry.join('\n'),
  }));
}

export const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;

/** The lines of each entry of a block list that begins with the first line and is indented so far. */
export function splitEntries(lines: readonly string[], indent: number): readonly string[][] {
  const entries: string[][] = [];
  for (const line of lines) {
    if (indentOf(line) < indent) break;
    if (indentOf(line) === indent && line.trimStart().startsWith('-')) entries.push([line]);
    else entries.at(-1)?.push(line);
  }
  return entries;
}

function nameOf(entry: readonly string[]): string {
  const named = /^[\s-]*["']?(?:title|lemma|word)["']?\s*:\s*(\S.*)$/;
  const line = entry.find((one) => named.test(one));
  const value = line === undefined ? (entry[0] ?? '').replace(/^[\s-]*/, '') : (named.exec(line)?.[1] ?? '');
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}
