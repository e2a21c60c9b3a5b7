import type { Context } from '../context.ts';
import { manifestOf } from '../workspace-files.ts';

/** Values by the name of the argument or flag that takes them. */
export type Values = Readonly<Record<string, readonly string[]>>;

/** Models to choose from: any other may be typed, too. */
export const MODEL_EXAMPLES = [
  'offline/rules-1',
  'google/gemini-2.5-flash',
  'google/gemini-2.5-pro',
  'anthropic/claude-sonnet-4-5',
];

/** Task ids, tracks, and the modules of the task that was typed. A shell that completes must not see an error. */
export async function valuesFor(context: Context, words: readonly string[]): Promise<Values> {
  try {
    const records = await context.records.list();
    const ids = records.map((record) => record.task_id);
    const wanted = words.find((word) => !word.startsWith('-'));
    const record = wanted === 'latest' ? records[0] : records.find((other) => other.task_id === wanted);
    const modules = Object.keys(record?.modules ?? {});
    return { id: ['latest', ...ids], 'only-failed': ids, module: modules, track: tracks(context) };
  } catch {
    return {};
  }
}

function tracks(context: Context): string[] {
  try {
    return [...manifestOf(context).tracks.keys()];
  } catch {
    return [];
  }
}
