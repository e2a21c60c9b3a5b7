/**
 * Why a task does nothing although it has not ended. It stands in the task's record as a word, beside the reason for people.
 * `tells` says whether somebody is told of it: where the task needs a person or another one's money or quota, not where a
 * person asked for it, and not where it ends by itself.
 */
export const TASK_WAITS = {
  quota: { tells: true, meaning: 'the quota of a model is used up' },
  outage: { tells: true, meaning: 'a provider or the network does not answer' },
  budget: { tells: true, meaning: 'its money does not reach for the next call, or nobody knows what that costs' },
  canary: { tells: true, meaning: 'it paused itself: its first modules have ended' },
  breaker: { tells: true, meaning: 'it paused itself: what all modules depend on fails' },
  halt: { tells: true, meaning: 'it paused itself: too many modules failed' },
  person: { tells: false, meaning: 'a person paused it' },
  // Of questions people are told one by one.
  'needs-you': { tells: false, meaning: 'modules wait for an answer of a person' },
  'other-task': { tells: false, meaning: 'another task holds the modules that are left' },
} as const satisfies Record<string, { readonly tells: boolean; readonly meaning: string }>;

export type TaskWait = keyof typeof TASK_WAITS;

export const TASK_WAIT_NAMES = Object.keys(TASK_WAITS) as [TaskWait, ...TaskWait[]];
