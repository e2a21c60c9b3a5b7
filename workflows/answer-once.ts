import { currentUpdateInfo } from '@temporalio/workflow';
import type { BatchState } from './batch-state.ts';
import type { Answer } from './contract.ts';

/** Does what an update asks for. One sent again, also to the next run of the batch, gets the answer it got before. */
export async function answerOnce(state: BatchState, act: () => Promise<Answer>): Promise<Answer> {
  const id = currentUpdateInfo()?.id ?? '';
  const before = state.answerOf(id);
  if (before !== undefined) return before;
  const answer = await act();
  state.remember(id, answer);
  return answer;
}
