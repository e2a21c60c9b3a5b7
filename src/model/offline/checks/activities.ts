import { fileCheck, quoteLine, type FileResult, type Problem } from '../check.ts';
import { applyEdits, openYaml, removeEntries, sequenceAt, type YamlPath } from '../yaml/edit.ts';
import { asSequence, readActivities, type YamlMapping } from '../yaml/read.ts';

type Found = Omit<Problem, 'kind'>;

function nameOf(activity: YamlMapping, index: number): string {
  const title = activity['title'];
  return quoteLine(typeof title === 'string' ? title : `activity ${index + 1}`);
}

/** Two activities that differ at most in their id: the second trains nothing. */
export const doubledActivityCheck = fileCheck('activities', {
  id: 'doubled-activities',
  title: 'An activity stands twice',
  severity: 'flaw',
  dimensions: ['Activities', 'LLM Fingerprint'],
  run(text) {
    const { entries: activities, path } = readActivities(text);
    const doubled = repeats(activities.map((activity) => ({ ...activity, id: null })));
    const problems = doubled.map((index) => ({
      line: null,
      original: nameOf(activities[index] ?? {}, index),
      remedy: 'remove the second of two equal activities',
    }));
    return remove(text, [{ path, indexes: doubled }], problems);
  },
});

/** Entries of one activity that are one and the same. */
export const doubledItemCheck = fileCheck('activities', {
  id: 'doubled-items',
  title: 'An item stands twice in its activity',
  severity: 'flaw',
  dimensions: ['Activities'],
  run(text) {
    const problems: Found[] = [];
    const activities = readActivities(text);
    const lists = activities.entries.flatMap((activity, index) =>
      ['items', 'pairs'].map((key) => {
        const entries = asSequence(activity[key]);
        const indexes = repeats(entries);
        for (const at of indexes) {
          const original = `${nameOf(activity, index)}: ${quoteLine(JSON.stringify(entries[at]))}`;
          problems.push({ line: null, original, remedy: 'remove the second of two equal items' });
        }
        return { path: [...activities.path, index, key], indexes };
      }),
    );
    return remove(text, lists, problems);
  },
});

/** Indexes of entries that equal an earlier one. */
function repeats(entries: readonly unknown[]): readonly number[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const key = JSON.stringify(entry, sortKeys) ?? '';
    if (seen.has(key)) return [index];
    seen.add(key);
    return [];
  });
}

/** The order of keys means nothing in YAML. */
function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface ListEdit {
  readonly path: YamlPath;
  readonly indexes: readonly number[];
}

function remove(text: string, lists: readonly ListEdit[], problems: readonly Found[]): FileResult {
  const changed = lists.filter((list) => list.indexes.length > 0);
  const document = changed.length === 0 ? null : openYaml(text);
  if (document === null) return { text: null, problems };
  const edits = changed.flatMap(({ path, indexes }) => {
    const list = sequenceAt(document, path);
    return list === undefined ? [] : (removeEntries(text, list, indexes) ?? []);
  });
  return { text: applyEdits(text, edits), problems };
}

/** A quiz item of which no option, or more than one, is marked as correct: a rule cannot know which one is. */
export const correctOptionCheck = fileCheck('activities', {
  id: 'correct-option',
  title: 'A quiz item has not exactly one correct option',
  severity: 'flaw',
  dimensions: ['Activities', 'Experience'],
  run(text) {
    const problems = readActivities(text).entries.flatMap((activity, index) => {
      if (activity['type'] !== 'quiz') return [];
      return asSequence(activity['items']).flatMap((item, at) => {
        const options = asSequence((item as YamlMapping | null)?.['options']);
        const correct = options.filter((option) => (option as YamlMapping | null)?.['correct'] === true).length;
        if (options.length === 0 || correct === 1) return [];
        const original = `${nameOf(activity, index)}, item ${at + 1}`;
        return [{ line: null, original, remedy: `mark one option as correct, not ${correct}` }];
      });
    });
    return { text: null, problems };
  },
});
