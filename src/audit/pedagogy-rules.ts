/** The rules of pedagogy, our own: docs/audit.md tells them in words. */
import type { Activity } from './activity.ts';
import { eachWord } from './letters.ts';
import { asList, cut, field } from './values.ts';

/** What is wrong with an activity as teaching. */
export interface PedagogyProblem {
  readonly problem: string;
  readonly hint: string;
}

/** Answers of an activity that are looked at: a file of aliases can have millions. */
const MAX_ITEMS = 200;

/** Answers from which on it shows whether a lesson taught them. */
const ANSWERS_TO_JUDGE = 4;

/** Letters that stand for a word: endings change, prefixes are another aspect. */
const STEM = 4;

/** Shorter words are particles and prepositions. */
const SHORTEST = 4;

/** Beginnings of the words that a module teaches. */
export function stemsOf(texts: readonly string[]): ReadonlySet<string> {
  const stems = new Set<string>();
  for (const text of texts) for (const word of wordsOf(text)) stems.add(stem(word));
  return stems;
}

/** An activity whose answers are mostly words that neither lesson nor vocabulary has. */
export function untaught(activity: Activity, known: ReadonlySet<string>): PedagogyProblem | null {
  const answers = answersOf(activity);
  if (answers.length < ANSWERS_TO_JUDGE) return null;
  const unknown = answers.filter((answer) => {
    const words = wordsOf(answer);
    return words.length > 0 && !words.some((word) => known.has(stem(word)));
  });
  if (unknown.length * 2 <= answers.length) return null;
  const named = unknown.slice(0, 5).map((answer) => `«${cut(answer, 40)}»`);
  return {
    problem: `${unknown.length} of ${answers.length} answers are words that the lesson never names: ${named.join(', ')}`,
    hint: 'Ask for words that the lesson or its vocabulary has, or teach these there.',
  };
}

/** The same question, statement or sentence asked twice in an activity. */
export function askedTwice({ fields }: Activity): PedagogyProblem | null {
  const seen = new Set<string>();
  for (const item of itemsOf(fields)) {
    const asked = ['question', 'statement', 'sentence', 'source', 'left'].map((key) => field(item, key));
    const text =
      asked
        .find((value) => typeof value === 'string')
        ?.trim()
        .toLowerCase() ?? '';
    if (text === '') continue;
    // Sentences that differ in their answers only are told apart by them.
    const answer = field(item, 'answer');
    const key = typeof answer === 'string' ? `${text}\n${answer}` : text;
    if (seen.has(key))
      return { problem: `«${cut(text, 60)}» is asked twice`, hint: 'Ask something else the second time.' };
    seen.add(key);
  }
  return null;
}

/** Choices among which two are the same. */
export function sameOptions({ fields }: Activity): PedagogyProblem | null {
  for (const item of itemsOf(fields)) {
    const options = (asList(field(item, 'options')) ?? [])
      .slice(0, 20)
      .map(optionText)
      .filter((text) => text !== '');
    const twice = options.find((text, index) => options.indexOf(text) !== index);
    if (twice !== undefined)
      return { problem: `the option «${cut(twice, 60)}» stands twice`, hint: 'Give each item options that differ.' };
  }
  return null;
}

/** A mistake to be corrected that is not in its sentence, or is its own correction. */
export function noMistake({ type, fields }: Activity): PedagogyProblem | null {
  if (type !== 'error-correction') return null;
  for (const item of itemsOf(fields)) {
    const [sentence, error, answer] = ['sentence', 'error', 'answer'].map((key) => field(item, key));
    if (typeof sentence !== 'string' || typeof error !== 'string' || error.trim() === '') continue;
    if (!sentence.toLowerCase().includes(error.trim().toLowerCase()))
      return {
        problem: `the mistake «${cut(error, 60)}» is not in its sentence`,
        hint: 'Name the mistake letter for letter as it stands in the sentence.',
      };
    if (typeof answer === 'string' && answer.trim() === error.trim())
      return { problem: `the mistake «${cut(error, 60)}» is its own correction`, hint: 'Give another answer.' };
  }
  return null;
}

function itemsOf(fields: unknown): readonly unknown[] {
  return (asList(field(fields, 'items')) ?? asList(field(fields, 'pairs')) ?? []).slice(0, MAX_ITEMS);
}

const optionText = (option: unknown): string => {
  const text = field(option, 'text') ?? option;
  return typeof text === 'string' ? text.trim() : '';
};

/** Types that ask for words. */
const WORD_TYPES = ['cloze', 'fill-in', 'anagram'];

/** Whether an activity asks for words, so that it matters which ones the module teaches. */
export const asksForWords = ({ type }: Activity): boolean => WORD_TYPES.includes(type);

/** The words that a learner has to find. */
function answersOf(activity: Activity): readonly string[] {
  const { type, fields } = activity;
  if (!asksForWords(activity)) return [];
  if (type === 'cloze') return clozeAnswers(fields);
  return itemsOf(fields).flatMap((item) => {
    const answer = field(item, 'answer');
    return typeof answer === 'string' ? [answer] : [];
  });
}

function clozeAnswers(fields: unknown): readonly string[] {
  const passage = field(fields, 'passage');
  const inPassage = typeof passage === 'string' ? [...passage.matchAll(/\{([^{}|]{1,100})\|/g)] : [];
  const listed = (asList(field(fields, 'blanks')) ?? []).slice(0, MAX_ITEMS).map((blank) => field(blank, 'answer'));
  return [...inPassage.slice(0, MAX_ITEMS).map((match) => match[1]), ...listed].filter(
    (answer) => typeof answer === 'string',
  );
}

function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  eachWord(text, (start, end) => {
    const word = text.slice(start, end);
    const plain = /\p{M}|['’ʼ]/u.test(word) ? word.replace(/\p{M}|['’ʼ]/gu, '') : word;
    if (plain.length >= SHORTEST) words.push(plain.toLowerCase());
  });
  return words;
}

const stem = (word: string): string => word.slice(0, STEM);
