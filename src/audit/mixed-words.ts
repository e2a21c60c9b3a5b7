/**
 * Which words may mix Latin and Ukrainian letters. A slip is a letter of the other keyboard that looks the same (`нoсили` with
 * a Latin o); in a name such as `monoбанк` or `ПриватBank` both scripts are meant.
 */

/** Letters that look like one of the other script. */
const LOOKALIKES = /[aceiopxyABCEHIKMOPTXYасеіорхуАВСЕНІКМОРТХУ]/g;

/** Letters that are only of one script, so many of each at least, tell that both are meant: one may be a slip. A stress mark is no letter. */
const MEANT = 2;

/** Letters that a case ending adds to a name at most: `monoбанками`. */
const ENDING = 4;

/** Whether a word rightly has letters of both scripts: it is a name of the list, in any case, or both are plainly meant. */
export function isRightlyMixed(word: string, names: readonly string[]): boolean {
  const plain = word.replaceAll('\u0301', '').normalize();
  const small = plain.toLowerCase();
  return names.some((name) => isFormOf(small, name.normalize().toLowerCase())) || isMeant(plain);
}

function isFormOf(word: string, name: string): boolean {
  if (!word.startsWith(name)) return false;
  const ending = word.slice(name.length);
  return ending.length <= ENDING + 1 && /^['’ʼ]?[\u0400-\u04ff]*$/.test(ending);
}

/** Two blocks, one of each script, and each with letters that are of no other. */
function isMeant(word: string): boolean {
  if (!/^(?:[A-Za-z]+[\u0400-\u04ff'’ʼ]+|[\u0400-\u04ff'’ʼ]+[A-Za-z]+)$/.test(word)) return false;
  const own = word.replace(LOOKALIKES, '');
  return (own.match(/[A-Za-z]/g) ?? []).length >= MEANT && (own.match(/[\u0400-\u04ff]/g) ?? []).length >= MEANT;
}
