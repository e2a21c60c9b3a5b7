import { appendLog } from '../src/store/task-log.ts';
import type { Deps } from './deps.ts';

type Run = (input: unknown) => Promise<unknown>;

/**
 * Has each activity look at the settings first: where the file is not valid, its task's log says so, once for each fault, and
 * that the settings of before stay in force.
 */
export function tellingOfSettings<A extends object>(deps: Deps, activities: A): A {
  const told = new Set<string>();
  const tell = async (taskId: string | undefined): Promise<void> => {
    const problem = deps.settingsProblem();
    const key = `${taskId} ${problem}`;
    if (problem === null || taskId === undefined || told.has(key)) return;
    told.add(key);
    const text = `the settings stay as they were before the last change of their file: ${problem.replaceAll(/\s+/g, ' ')}`;
    // A log that cannot be written is no reason to fail a step.
    await appendLog(deps.workspace, taskId, { subject: 'task', event: 'settings', text }).catch(() => undefined);
  };
  const telling = Object.entries(activities).map(([name, run]) => [
    name,
    async (input: { readonly taskId?: string }) => {
      await tell(input.taskId);
      return (run as Run)(input);
    },
  ]);
  return Object.fromEntries(telling) as A;
}
