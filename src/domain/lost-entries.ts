import { comparable } from './comparable.ts';
import { KeptText } from './kept-text.ts';
import type { YamlEntry } from './yaml-entries.ts';

/** An entry whose text is found to this share under another name was renamed. */
const KEPT_SHARE = 0.5;

/** The entries that are gone: neither their name is there nor their text, and no twin of theirs. */
export function lostEntries(before: readonly YamlEntry[], after: readonly YamlEntry[]): readonly YamlEntry[] {
  const names = after.map(({ name }) => comparable(name));
  const left = new KeptText(after.map(({ text }) => text).join('\n'));
  const twins = new Set<string>();
  // First what is there under its name: the keys of a list are the same in all of its entries.
  const unnamed = before.filter(({ name, text }) => {
    const at = names.indexOf(comparable(name));
    if (at === -1) return true;
    names.splice(at, 1);
    left.spend(text);
    twins.add(comparable(text));
    return false;
  });
  return unnamed.filter(({ text }) => {
    if (twins.has(comparable(text))) return false;
    const isKept = left.shareOf(text) >= KEPT_SHARE;
    if (isKept) left.spend(text);
    return !isKept;
  });
}
