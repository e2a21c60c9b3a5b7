import { replyKey, type ReplyKeyParts } from '../src/store/replies.ts';
import type { StepContext } from '../workflows/step-contract.ts';

/** What is asked of whom: the prompt by its hash. */
type Asked = Pick<ReplyKeyParts, 'ask' | 'model' | 'prompt'>;

/** The keys of a call's reply: the one that its task finds it by, and the one that other tasks look under. */
export function callKeys(
  { taskId, module, settings }: Pick<StepContext, 'taskId' | 'module' | 'settings'>,
  { ask, model, prompt }: Asked,
): { readonly key: string; readonly sharedKey: string } {
  const shared = { ask, model, prompt, generation: module.generation };
  const sharedKey = replyKey(shared);
  // With the task in it the key finds what this task paid for, over every crash, and no other task's replies.
  return { sharedKey, key: settings.noCache ? replyKey({ ...shared, task: taskId }) : sharedKey };
}
