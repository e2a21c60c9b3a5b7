import type { Activity } from './activity.ts';
import { asList, field } from './values.ts';

/**
 * Items of an activity: items, pairs, members of all groups, blanks of a cloze, marked words, tasks of a reading; one for
 * everything else, such as an essay.
 */
export function itemCount({ type, fields }: Activity): number {
  switch (type) {
    case 'cloze':
      return blanks(fields) ?? 1;
    case 'mark-the-words':
      return markedWords(fields) ?? 1;
    case 'reading':
      return lengthOf(fields, 'tasks') ?? 1;
    case 'group-sort':
      return groupMembers(fields) ?? 1;
    default:
      return lengthOf(fields, 'items') ?? lengthOf(fields, 'pairs') ?? groupMembers(fields) ?? 1;
  }
}

function lengthOf(value: unknown, key: string): number | null {
  return asList(field(value, key))?.length ?? null;
}

function groupMembers(fields: unknown): number | null {
  const groups = asList(field(fields, 'groups'));
  return groups === null ? null : groups.reduce<number>((sum, group) => sum + (lengthOf(group, 'items') ?? 0), 0);
}

/** The list of blanks, else the places in the passage: `{right|wrong|…}` or `{1}`. */
function blanks(fields: unknown): number | null {
  const listed = lengthOf(fields, 'blanks');
  const passage = field(fields, 'passage');
  if (listed !== null && listed > 0) return listed;
  return typeof passage === 'string' ? matches(passage, /\{[^{}]+\}/g) : listed;
}

/** Words between single stars, else the list of correct words. */
function markedWords(fields: unknown): number | null {
  const text = field(fields, 'text');
  const marked = typeof text === 'string' ? matches(text, /\*[^*\s][^*]*\*/g) : null;
  if (marked !== null && marked > 0) return marked;
  return lengthOf(fields, 'correct_words') ?? lengthOf(fields, 'answers') ?? marked;
}

function matches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
