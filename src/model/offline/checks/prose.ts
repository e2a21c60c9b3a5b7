import { fileCheck, quoteLine, type Problem } from '../check.ts';
import { joinLines, lessonLines } from '../lesson/lines.ts';

type Found = Omit<Problem, 'kind'>;

/** Words that stand twice in good prose. */
const EMPHATIC = new Set(['дуже', 'так', 'ось', 'геть', 'ледве', 'тихо', 'давно', 'that', 'had', 'very', 'bye']);

const DOUBLED = /(?<![\p{L}\p{M}\p{N}'’ʼ-])(\p{L}[\p{L}\p{M}'’ʼ]{2,})[ \t]+\1(?![\p{L}\p{M}\p{N}'’ʼ-])/gu;

/** The same word twice in a row, a slip of the pen. */
export const doubledWordCheck = fileCheck('lesson', {
  id: 'doubled-words',
  title: 'A word stands twice in a row',
  severity: 'flaw',
  dimensions: ['Language', 'Linguistic Accuracy'],
  run(lesson) {
    const problems: Found[] = [];
    const lines = lessonLines(lesson).map((line, index) => {
      // Drills and quotations repeat words on purpose.
      if (line.literal || /^\s*\|/.test(line.text) || line.text.includes('`')) return line;
      const text = line.text.replace(DOUBLED, (whole, word: string) => {
        if (EMPHATIC.has(word.toLowerCase())) return whole;
        problems.push({ line: index + 1, original: quoteLine(whole), remedy: 'write the word once' });
        return word;
      });
      return { ...line, text };
    });
    return { text: joinLines(lines), problems };
  },
});

/** Latin letters that look like Cyrillic ones, and these. */
const TWINS: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  x: 'х',
  y: 'у',
  A: 'А',
  B: 'В',
  C: 'С',
  E: 'Е',
  H: 'Н',
  I: 'І',
  K: 'К',
  M: 'М',
  O: 'О',
  P: 'Р',
  T: 'Т',
  X: 'Х',
};

/** A Latin letter within a Cyrillic word: it looks right and is found by no search. */
export const mixedScriptCheck = fileCheck('lesson', {
  id: 'mixed-letters',
  title: 'A Cyrillic word holds Latin letters',
  severity: 'flaw',
  dimensions: ['Linguistic Accuracy', 'LLM Fingerprint'],
  run(lesson) {
    const problems: Found[] = [];
    const lines = lessonLines(lesson).map((line, index) => {
      if (line.literal) return line;
      const text = line.text.replace(/[\p{L}\p{M}'’ʼ]+/gu, (word) => {
        const mended = inCyrillic(word);
        if (mended !== null)
          problems.push({ line: index + 1, original: word, remedy: `write it in Cyrillic: ${mended}` });
        return mended ?? word;
      });
      return { ...line, text };
    });
    return { text: joinLines(lines), problems };
  },
});

/** The word in Cyrillic letters alone; null where it is none, or has Latin letters without a twin. */
function inCyrillic(word: string): string | null {
  const latin = word.match(/\p{Script=Latin}/gu) ?? [];
  const cyrillic = word.match(/\p{Script=Cyrillic}/gu) ?? [];
  if (latin.length === 0 || cyrillic.length <= latin.length || latin.some((letter) => TWINS[letter] === undefined))
    return null;
  return word.replace(/\p{Script=Latin}/gu, (letter) => TWINS[letter] ?? letter);
}

const STRAIGHT = /"([^"«»\n]*\p{Script=Cyrillic}[^"«»\n]*)"/gu;

/** Straight quotes around Ukrainian words in a lesson that has «» elsewhere. */
export const quotesCheck = fileCheck('lesson', {
  id: 'mixed-quotes',
  title: 'Two kinds of quotes are mixed',
  severity: 'slip',
  dimensions: ['Language', 'LLM Fingerprint'],
  run(lesson) {
    const lines = lessonLines(lesson);
    if (!lines.some((line) => !line.literal && /«[^»]*»/.test(line.text))) return { text: null, problems: [] };
    const problems: Found[] = [];
    const mended = lines.map((line, index) => {
      if (line.literal || !isConvertible(line.text)) return line;
      const text = line.text.replace(STRAIGHT, (whole, inner: string) => {
        problems.push({ line: index + 1, original: quoteLine(whole), remedy: 'use «» as elsewhere in the lesson' });
        return `«${inner}»`;
      });
      return { ...line, text };
    });
    return { text: joinLines(mended), problems };
  },
});

/** Quotes in pairs, none of them within «», in an HTML tag or in code. */
function isConvertible(line: string): boolean {
  const count = line.split('"').length - 1;
  return count > 0 && count % 2 === 0 && !/[<`]|«[^»]*"/.test(line);
}

/** A character that a broken conversion left behind: what stood there cannot be told. */
export const brokenCharacterCheck = fileCheck('lesson', {
  id: 'broken-characters',
  title: 'A character is broken',
  severity: 'flaw',
  dimensions: ['Linguistic Accuracy', 'Language'],
  run(lesson) {
    const problems = lesson
      .split('\n')
      .flatMap((line, index) =>
        line.includes('\uFFFD')
          ? [{ line: index + 1, original: quoteLine(line), remedy: 'write the character anew' }]
          : [],
      );
    return { text: null, problems };
  },
});
