import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds; fails after a time that no sound run needs. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}
