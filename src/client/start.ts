/**
 * Starts a task, or attaches to the one that the same command started. Under a file lock the new id is written to a pointer
 * file before the start; another shell reads the pointer and describes that id (describe is consistent, list is not), so
 * that two shells cannot start two.
 */
import { usageError } from '../domain/errors.ts';
import { formatSelection } from '../domain/selection.ts';
import { DEFAULT_SETTINGS, type TaskSettings } from '../domain/settings.ts';
import { buildTaskId } from '../domain/task-id.ts';
import { faultPoint } from '../process/fault-point.ts';
import { withLock } from '../process/lock.ts';
import { startLock, StartStore, type LastStart } from '../store/starts.ts';
import type { Workspace } from '../store/workspace.ts';
import type { BatchInput } from '../../workflows/contract.ts';
import type { TaskClient } from './task-client.ts';

/** What a person asks to start. */
export type StartRequest = Omit<BatchInput, 'taskId' | 'carry'>;

/** How a task is started beside what it is. */
export interface StartOptions {
  /** Where the ids of started tasks are kept; left out, in the workspace alone. */
  readonly starts?: StartStore | undefined;
  /** Called under the lock once it is known that a task has to be made; what it throws ends the start. */
  readonly beforeStart?: () => Promise<void>;
}

const noPreparation = (): Promise<void> => Promise.resolve();

/**
 * Starts or attaches.
 * @param beforeStart done once it is known that nothing is attached to; where it fails, no task is made.
 * @throws UserError (usage) where the same command runs with other options; it names those that differ.
 */
export async function startTask(
  client: TaskClient,
  workspace: Workspace,
  request: StartRequest,
  { starts = new StartStore(workspace, request.workspaceId, null), beforeStart = noPreparation }: StartOptions = {},
): Promise<{ readonly taskId: string; readonly attached: boolean }> {
  return withLock(startLock(workspace), () => startLocked(client, starts, request, beforeStart), {
    waitMs: 30_000,
    what: 'another start in this workspace',
  });
}

async function startLocked(
  client: TaskClient,
  starts: StartStore,
  request: StartRequest,
  beforeStart: () => Promise<void>,
) {
  const { operation, track, settings } = request;
  const modules = formatSelection(request.selection);
  const last = await starts.get({ operation, track, modules });
  const status = last === null ? null : await client.status(last.taskId);
  if (last !== null && (status === 'RUNNING' || status === 'PAUSED')) {
    refuseOtherOptions(last, settings);
    return { taskId: last.taskId, attached: true };
  }
  await beforeStart();
  for (let at = new Date(); ; at = new Date(at.getTime() + 1000)) {
    const taskId = taskIdAt(request, at);
    await starts.put({ taskId, operation, track, modules, settings: { ...settings } });
    faultPoint('start:pointed');
    const started = await client.start({ ...request, taskId, carry: null });
    faultPoint('start:started');
    if (started) return { taskId, attached: false };
  }
}

function taskIdAt({ operation, track, selection }: StartRequest, at: Date): string {
  return buildTaskId({ operation, track, start: selection[0]?.[0] ?? 0, end: selection.at(-1)?.[1] ?? 0, at });
}

function refuseOtherOptions(last: LastStart, settings: TaskSettings): void {
  // A start of an older version does not name what came later.
  const there: Readonly<Record<string, unknown>> = { ...DEFAULT_SETTINGS, ...last.settings };
  const differing = Object.entries(settings).filter(([name, value]) => there[name] !== value);
  if (differing.length === 0) return;
  const list = differing
    .map(([name, value]) => `  ${name}: ${String(there[name])} there, ${String(value)} here`)
    .join('\n');
  throw usageError(
    `The same command runs already as ${last.taskId}, with other options:\n${list}\n` +
      `Watch it: batch-manager watch ${last.taskId}\nStop it:  batch-manager stop ${last.taskId}`,
  );
}
