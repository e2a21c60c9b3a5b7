/** The least that a batch on Temporal can be: a child a module with three activities that do nothing, a window of children. */
import { executeChild, proxyActivities } from '@temporalio/workflow';

type NoOps = Record<'review' | 'fix' | 'reviewAgain', () => Promise<void>>;

const { review, fix, reviewAgain } = proxyActivities<NoOps>({ startToCloseTimeout: '1m' });

export async function bareModule(): Promise<void> {
  await review();
  await fix();
  await reviewAgain();
}

/** Runs so many modules with so many children open. */
export async function bareBatch(modules: number, window: number): Promise<void> {
  let started = 0;
  const slot = async (): Promise<void> => {
    while (started < modules) {
      started += 1;
      await executeChild(bareModule);
    }
  };
  await Promise.all(Array.from({ length: window }, slot));
}
