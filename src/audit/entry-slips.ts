import type { ListShape, OptionsShape } from './activity-shapes.ts';
import { slip, unknownKeys, type Slip } from './slip.ts';
import { asList, asRecord, field, isBlank } from './values.ts';

/** Options beyond that are not looked at: no activity has so many, and a file of aliases may pretend to. */
const MAX_OPTIONS = 100;

/** Slips of one entry of an activity's list: an item, a pair, a group. */
export function entrySlips(type: string, list: ListShape, entry: unknown): readonly Slip[] {
  const fields = asRecord(entry);
  if (fields === null)
    return [slip('is not a mapping', `Write each of the ${list.key} with ${quoted(list.required)}.`)];
  // A `correct` of false is there; only an absent one is missing.
  const missing = list.required.filter((key) => isBlank(field(fields, key)));
  return [
    ...missing.map((key) => slip(`'${key}' is missing`, `Give each of the ${list.key} of a ${type} its '${key}'.`)),
    ...unknownKeys(`An entry of a ${type}`, fields, [...list.required, ...list.optional]),
    ...(list.options === undefined ? [] : optionSlips(fields, list.options)),
    ...ownSlips(type, fields),
  ];
}

function optionSlips(fields: unknown, shape: OptionsShape): readonly Slip[] {
  const options = asList(field(fields, 'options'));
  if (options === null) return [];
  const wanted = shape.min === shape.max ? String(shape.min) : `${shape.min}-${shape.max}`;
  if (options.length < shape.min || options.length > shape.max) {
    return [slip(`${options.length} options, wanted ${wanted}`, `Give each item ${wanted} options.`)];
  }
  return shape.form === 'text' ? textSlips(fields, options) : choiceSlips(options, shape.correct);
}

function textSlips(fields: unknown, options: readonly unknown[]): readonly Slip[] {
  if (!options.every((option) => typeof option === 'string' || typeof option === 'number')) {
    return [slip('options are not plain texts', 'Write each option as a quoted text.')];
  }
  const answer = field(fields, 'answer');
  // Another kind of value may not even have a text: a mapping with a key toString.
  if ((typeof answer !== 'string' && typeof answer !== 'number') || isBlank(answer)) return [];
  if (options.some((option) => String(option).trim() === String(answer).trim())) return [];
  return [slip('the answer is not among the options', 'Put the answer among the options, letter for letter.')];
}

function choiceSlips(options: readonly unknown[], correct: OptionsShape['correct']): readonly Slip[] {
  const looked = options.slice(0, MAX_OPTIONS);
  if (looked.some((option) => isBlank(field(option, 'text')) || typeof field(option, 'correct') !== 'boolean')) {
    return [slip('options are not of text and correct', 'Write each option with a text and correct: true or false.')];
  }
  const right = looked.filter((option) => field(option, 'correct') === true).length;
  if (correct === 'one' && right !== 1) {
    return [slip(`${right} correct options, wanted 1`, 'Mark exactly one option as correct.')];
  }
  if (correct === 'several' && right < 2) {
    return [slip(`${right} correct options, wanted 2 or more`, 'Mark two or more options as correct.')];
  }
  return [];
}

/** What only one type asks of its entries. */
function ownSlips(type: string, fields: unknown): readonly Slip[] {
  const sentence = field(fields, 'sentence');
  if (type === 'fill-in' && typeof sentence === 'string' && !sentence.includes('___')) {
    return [slip('the sentence has no blank', 'Mark the blank in the sentence with ___.')];
  }
  const correct = field(fields, 'correct');
  if (type === 'true-false' && !isBlank(correct) && typeof correct !== 'boolean') {
    return [slip("'correct' is not true or false", 'Write correct: true or correct: false, without quotes.')];
  }
  const words = field(fields, 'words');
  if (type === 'unjumble' && !isBlank(words) && (asList(words)?.length ?? 0) < 3) {
    return [slip("'words' is not a list of three words or more", 'List three words or more.')];
  }
  if (type === 'group-sort' && !isBlank(field(fields, 'items')) && asList(field(fields, 'items')) === null) {
    return [slip("'items' is not a list", "Make 'items' of each group a list.")];
  }
  return [];
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(' and ');
}
