/** Counting by character code: a pattern over a whole lesson takes ten times as long. */

/** Words by white space. */
export function wordCount(text: string): number {
  let count = 0;
  let inWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const blank = isBlankCode(text.charCodeAt(index));
    if (!blank && !inWord) count += 1;
    inWord = !blank;
  }
  return count;
}

/** Runs of letters: `слово-слово 7` has two. A stress mark belongs to its run. */
export function letterRuns(text: string): number {
  let count = 0;
  let inRun = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter: boolean = isLetterCode(text.charCodeAt(index)) || (inRun && isMark(text.charCodeAt(index)));
    if (letter && !inRun) count += 1;
    inRun = letter;
  }
  return count;
}

/** Calls back with start and end of each word: letters, with the marks and apostrophes within it. */
export function eachWord(text: string, found: (start: number, end: number) => void): void {
  let start = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isLetterCode(code)) {
      if (start === -1) start = index;
    } else if (start !== -1 && !isMark(code) && !APOSTROPHES.has(code)) {
      found(start, index);
      start = -1;
    }
  }
  if (start !== -1) found(start, text.length);
}

/** Letters of a text by script. Phonetic and accented Latin letters count as neither. */
export interface Scripts {
  readonly cyrillic: number;
  readonly latin: number;
}

export function scriptsOf(text: string): Scripts {
  let cyrillic = 0;
  let latin = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x400 && code <= 0x4ff) cyrillic += 1;
    else if (isLatin(code)) latin += 1;
  }
  return { cyrillic, latin };
}

const isLatin = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

const BLANKS = new Set([0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

/** ' ’ ʼ */
const APOSTROPHES = new Set([0x27, 0x2019, 0x2bc]);

const isMark = (code: number): boolean => code >= 0x300 && code <= 0x36f;

/** White space of any kind, as the curriculum's own tools split at it. */
function isBlankCode(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return BLANKS.has(code) || (code >= 0x2000 && code <= 0x200a);
}

function isLetterCode(code: number): boolean {
  if (isLatin(code) || (code >= 0x400 && code <= 0x481) || (code >= 0x48a && code <= 0x52f)) return true;
  return code >= 0x80 && /\p{L}/u.test(String.fromCharCode(code));
}
