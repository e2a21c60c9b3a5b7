import type { Activity } from './activity.ts';
import { ACTIVITY_SHAPES, OTHER_TYPES, type ActivityShape, type ListShape } from './activity-shapes.ts';
import { entrySlips } from './entry-slips.ts';
import { groupSlips, slip, unknownKeys, type Slip } from './slip.ts';
import { asList, cut, field, isBlank } from './values.ts';

const COMMON = ['type', 'title', 'id', 'instruction'];

/** All slips of an activity, entries with the same one together. */
export function slipsOf(activity: Activity): readonly Slip[] {
  const shape = ACTIVITY_SHAPES.get(activity.type);
  if (shape === undefined) return typeSlips(activity);
  return [
    ...keySlips(activity, shape),
    ...(shape.list === undefined ? [] : listSlips(activity, shape.list)),
    ...textListSlips(activity, shape.texts ?? {}),
  ];
}

function typeSlips({ type }: Activity): readonly Slip[] {
  if (OTHER_TYPES.has(type)) return [];
  const known = [...ACTIVITY_SHAPES.keys()].join(', ');
  const problem = type === '' ? "'type' is missing" : `unknown type '${cut(type, 40)}'`;
  return [slip(problem, `Use one of the types ${known}.`)];
}

function keySlips({ type, fields }: Activity, shape: ActivityShape): readonly Slip[] {
  const slips = ['title', ...shape.required]
    .filter((key) => isBlank(field(fields, key)))
    .map((key) => slip(`'${key}' is missing`, `Give the ${type} activity its '${key}'.`));
  const sets = shape.oneOf ?? [];
  if (sets.length > 0 && !sets.some((keys) => keys.every((key) => !isBlank(field(fields, key))))) {
    const wanted = sets.map((keys) => keys.map((key) => `'${key}'`).join(' with ')).join(' or ');
    slips.push(slip(`${wanted} is missing`, `Give the ${type} activity ${wanted}.`));
  }
  if (type === 'cloze') slips.push(...clozeSlips(fields));
  if (type === 'mark-the-words') slips.push(...markSlips(fields));
  if (type === 'reading') slips.push(...resourceSlips(fields));
  const known = [...COMMON, ...shape.required, ...shape.optional, ...sets.flat()];
  return [...slips, ...unknownKeys(`A ${type} activity`, fields, known)];
}

function clozeSlips(fields: unknown): readonly Slip[] {
  const passage = field(fields, 'passage');
  if (typeof passage !== 'string' || passage.trim() === '') return [];
  if (/\{[^{}|]+\|[^{}]+\}/.test(passage)) return [];
  if (/\{\d+\}/.test(passage) && !isBlank(field(fields, 'blanks'))) return [];
  const hint = 'Write each blank as {right|wrong|wrong}, the right one first, or as {1} with an entry in blanks.';
  return [slip('the passage has no blanks', hint)];
}

function markSlips(fields: unknown): readonly Slip[] {
  const text = field(fields, 'text');
  if (typeof text !== 'string' || text.trim() === '') return [];
  if (/\*[^*\s]/.test(text) || !isBlank(field(fields, 'answers')) || !isBlank(field(fields, 'correct_words')))
    return [];
  return [slip('no word of the text is marked', 'Put each word that is to be marked between stars: *слово*.')];
}

function resourceSlips(fields: unknown): readonly Slip[] {
  const resource = field(fields, 'resource');
  if (isBlank(resource) || !isBlank(field(resource, 'url'))) return [];
  return [slip("the resource has no 'url'", "Write the resource as a mapping with 'url', 'title' and 'type'.")];
}

/** Lists of plain texts: questions, criteria, tasks. */
function textListSlips({ fields }: Activity, lists: Readonly<Record<string, number>>): readonly Slip[] {
  return Object.entries(lists).flatMap(([key, atLeast]) => {
    const value = field(fields, key);
    if (isBlank(value)) return [];
    const texts = asList(value);
    if (texts === null) return [slip(`'${key}' is not a list`, `Make '${key}' a list.`)];
    if (texts.length >= atLeast) return [];
    return [slip(`${texts.length} of ${atLeast} ${key}`, `Give it ${atLeast} ${key} or more.`)];
  });
}

function listSlips({ type, fields }: Activity, list: ListShape): readonly Slip[] {
  const value = field(fields, list.key);
  if (isBlank(value)) return [];
  const entries = asList(value);
  if (entries === null) return [slip(`'${list.key}' is not a list`, `Make '${list.key}' a list.`)];
  const few = entries.length < list.atLeast;
  const short = few
    ? [slip(`${entries.length} of ${list.atLeast} ${list.key}`, `Give it ${list.atLeast} ${list.key} or more.`)]
    : [];
  return [...short, ...groupSlips(entries.map((entry) => entrySlips(type, list, entry)))];
}
