import { setTimeout as sleep } from 'node:timers/promises';
import type { StartRequest } from '../client/start.ts';
import type { Context } from '../context.ts';
import { modelsAsked } from '../domain/price-text.ts';
import { detachedError, interruptedError, type UserError } from '../domain/errors.ts';
import { unlessInterrupted } from './interrupt.ts';
import { requirePrices } from './known-prices.ts';
import { missingForTask } from './ready-models.ts';

/** How a task was started. */
interface Started {
  readonly taskId: string;
  readonly attached: boolean;
}

/** How long a start that is under way is waited for after a Ctrl-C, to tell whether there is a task, ms. */
const SETTLES_MS = 3000;

/**
 * Starts a task in the workspace, or attaches to the one that the same command started; see src/client/start.ts.
 * @throws UserError (usage) where it has a budget and a model whose price nobody knows; (failed) for a model that cannot be
 * asked, before a task is made: a task that runs already is attached to all the same; (interrupted or detached) at a Ctrl-C, which
 * says whether there is a task now.
 */
export async function startInWorkspace(context: Context, request: Omit<StartRequest, 'workspaceId'>): Promise<Started> {
  const { operation, settings } = request;
  await requirePrices(context, operation, settings);
  const missing = await missingForTask(context, operation, settings);
  // Without an engine nothing runs that could be attached to, and none has to be brought up for this.
  if (missing !== null && (await context.engineIfUp()) === null) throw missing;
  const { client } = await unlessInterrupted(context.engine(), () =>
    interruptedError('\nInterrupted: no task was started. The engine stays; end it: batch-manager down'),
  );
  const [{ startTask }, { handOverShell }] = await Promise.all([
    import('../client/start.ts'),
    import('../client/hand-over.ts'),
  ]);
  const beforeStart = async (): Promise<void> => {
    if (missing !== null) throw missing;
    await handOverShell(context, modelsAsked(operation, settings));
  };
  const inWorkspace = { workspaceId: await context.workspaceId(), ...request };
  const starts = (await context.starts()) ?? undefined;
  const starting = startTask(client, context.workspace, inWorkspace, { starts, beforeStart });
  return unlessInterrupted(starting, () => leftWhile(starting));
}

async function leftWhile(starting: Promise<Started>): Promise<UserError> {
  const unknown = interruptedError(
    '\nInterrupted while the task was being started: it may run.\nSee: batch-manager list',
  );
  return Promise.race([
    starting.then(
      ({ taskId }) => detachedError(detachedText(taskId)),
      () => interruptedError('\nInterrupted: no task was started.'),
    ),
    sleep(SETTLES_MS, unknown, { ref: false }),
  ]);
}

/** What somebody is told who leaves a task that goes on. */
export const detachedText = (taskId: string): string =>
  `\nDetached: ${taskId} goes on.\nWatch it: batch-manager watch ${taskId}\nStop it:  batch-manager stop ${taskId}`;
