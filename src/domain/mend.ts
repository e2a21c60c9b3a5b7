/** The command that mends what a task was paused for. Pure. */
import type { FailureType } from './failure.ts';

/** What failed, and of which task. */
export interface Blocked {
  readonly failure: FailureType;
  readonly taskId: string;
  /** `provider/model`, as the task names it. */
  readonly model: string;
  /** Whether only the reviews ask it. */
  readonly ofReviews: boolean;
}

/** What a person is told to do; the cause itself is told before. */
export function mendText({ failure, taskId, model, ofReviews }: Blocked): string {
  const resume = `batch-manager resume ${taskId}`;
  const other = `batch-manager set ${taskId} ${ofReviews ? '--review-model' : '--model'} PROVIDER/MODEL && ${resume}`;
  const [provider = ''] = model.split('/');
  switch (failure) {
    case 'AuthFailed':
      return provider === 'cli'
        ? `Then go on: ${resume}`
        : `Give it a key: batch-manager auth ${provider} && ${resume}`;
    case 'AccountRefused':
      return `Mend the account, then go on: ${resume}. Or take another model: ${other}`;
    case 'ModelNotFound':
      return `Take another model: ${other}`;
    default:
      return `Mend it, then go on: ${resume}. Or take another model: ${other}`;
  }
}
