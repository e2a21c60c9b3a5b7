import { ActivityCancellationType, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Outcome } from '../src/domain/outcome.ts';
import type { BatchInput, EndedModule } from './contract.ts';
import type { CommitInput, Commits, StepContext } from './step-contract.ts';

/** Commits are made one at a time, and a hook of the repository may take its time. */
const { commit } = proxyActivities<Commits>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 3, initialInterval: '1s' },
});

/** Commits what a task changed in a module that has ended, where the settings say so. */
export async function commitModule(
  { taskId, operation, module, settings }: StepContext,
  end: EndedModule,
): Promise<void> {
  if (settings.gitCommit !== 'module') return;
  const { outcome, detail } = end;
  await tryCommit({ taskId, operation, track: module.track, module: { slug: module.slug, outcome, detail } });
}

/**
 * Commits what a task changed, where the settings say so. Where each module was committed as it ended, it is said what is
 * left of those that were stopped or skipped in the middle.
 */
export async function commitTask({ taskId, operation, track, settings }: BatchInput, counts: Counts): Promise<void> {
  const input = { taskId, operation, track, module: null };
  if (settings.gitCommit === 'task') await tryCommit(input);
  const isLeft = (counts.STOPPED ?? 0) + (counts.SKIPPED ?? 0) > 0;
  if (settings.gitCommit === 'module' && isLeft) await tryCommit({ ...input, onlyTells: true });
}

type Counts = Readonly<Partial<Record<Outcome, number>>>;

/** How long a stop waits for the commit of what had ended, ms: under the time after which `stop --force` terminates. */
const AT_STOP_MS = 5000;

/** It ends by its own limit, with two seconds for git to go; beyond that nobody waits for a worker that does not answer. */
const { commit: commitBriefly } = proxyActivities<Commits>({
  scheduleToCloseTimeout: AT_STOP_MS + 4000,
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

/**
 * Commits what had ended of a task that was stopped or failed, where the settings say so, in a time that a stop can wait; and
 * says what is left of the modules that had not.
 */
export async function commitEnded({ taskId, operation, track, settings }: BatchInput): Promise<void> {
  if (settings.gitCommit === 'off') return;
  const limit = { taskId, operation, track, module: null, limitMs: AT_STOP_MS };
  const input: CommitInput = settings.gitCommit === 'task' ? limit : { ...limit, onlyTells: true };
  await CancellationScope.nonCancellable(() => commitBriefly(input)).catch(() => undefined);
}

/** The files are in place whatever becomes of the commit, also where a stop comes in between. */
async function tryCommit(input: CommitInput): Promise<void> {
  await commit(input).catch(() => undefined);
}
