/**
 * Characters that no text of ours needs, and that a damaged or tricked reply brings: control characters but for tab and line
 * ends, marks that turn the direction of reading, the sign for undecodable bytes, and halves of surrogate pairs.
 */
const STRANGE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFFD]|\p{Cs}/gu;

/** Why a text must not take the place of the old one: it has strange characters that the old one does not have, or more of them. */
export function strangeCharacters(old: string, text: string): readonly string[] {
  const had = counts(old);
  const added = [...counts(text)].filter(([character, count]) => count > (had.get(character) ?? 0));
  if (added.length === 0) return [];
  const names = added.slice(0, NAMED).map(([character]) => {
    const line = text.slice(0, text.lastIndexOf(character)).split('\n').length;
    return `${nameOf(character)} in line ${line}`;
  });
  return [`has control characters that were not there before: ${names.join(', ')}`];
}

/** Characters that are named in a reason. */
const NAMED = 3;

function counts(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [character] of text.matchAll(STRANGE)) found.set(character, (found.get(character) ?? 0) + 1);
  return found;
}

const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
