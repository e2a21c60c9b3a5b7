/** The update that changes a running task's settings: absolute values, from the next call on, over every restart. */
import { ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import { MAX_CONCURRENCY } from '../src/domain/settings.ts';
import { answerOnce } from './answer-once.ts';
import type { BatchState } from './batch-state.ts';
import { SET_UPDATE, type ModuleAnswer, type TaskChanges } from './contract.ts';
import { sendLimits } from './send-limits.ts';

/** Longest reason, in characters. */
const REASON = 200;

/** Registers the handler; called before the first await, so that no update finds none. */
export function handleSet(state: BatchState): void {
  const update = defineUpdate<ModuleAnswer, [TaskChanges]>(SET_UPDATE);
  setHandler(update, (changes) => answerOnce(state, () => set(state, changes)), { validator: validChanges });
}

function validChanges({ concurrency, budgetUsd, reason = '' }: TaskChanges): void {
  const isWidth =
    concurrency === undefined || (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY);
  const isBudget = budgetUsd === undefined || (Number.isFinite(budgetUsd) && budgetUsd >= 0);
  if (isWidth && isBudget && typeof reason === 'string' && reason.length <= REASON) return;
  throw ApplicationFailure.nonRetryable(
    `Set concurrency to 1-${MAX_CONCURRENCY}, budgetUsd to 0 or more, and give a reason of at most ${REASON} characters.`,
    'BadRequest',
  );
}

async function set(state: BatchState, changes: TaskChanges): Promise<ModuleAnswer> {
  const { concurrency = state.concurrency, budgetUsd = state.budgetUsd, reason = '' } = changes;
  const parts = [
    concurrency === state.concurrency ? '' : `concurrency ${state.concurrency} to ${concurrency}`,
    budgetUsd === state.budgetUsd ? '' : `budget ${amount(state.budgetUsd)} to ${amount(budgetUsd)}`,
  ].filter((part) => part !== '');
  const answer = { changed: parts.length > 0, detail: parts.length > 0 ? parts.join(', ') : 'no change' };
  if (!answer.changed) return answer;
  const isRaised = budgetUsd !== state.budgetUsd;
  Object.assign(state, { concurrency, budgetUsd });
  await sendLimits(state);
  const text = `${answer.detail}${reason === '' ? '' : ` (${reason})`}`;
  await state.steps.run('logTask', { taskId: state.input.taskId, event: SET_UPDATE, text });
  if (isRaised) state.again.unshift(...state.short.splice(0));
  return answer;
}

const amount = (usd: number): string => (usd === 0 ? 'no limit' : `$${usd}`);
