import type { BatchState } from './batch-state.ts';

/** Tells the worker how many calls may be in flight and what they may cost; it keeps that in a file, which can be lost. */
export async function sendLimits(state: BatchState): Promise<void> {
  state.limitsLost = false;
  const { live, paused, input } = state;
  const concurrency = paused === null ? live.concurrency : 0;
  await state.steps.run('setLimits', { taskId: input.taskId, concurrency, budgetUsd: live.budgetUsd });
}
