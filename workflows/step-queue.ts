import { FAILED, localStep, ordinaryStep, type StepInput, type StepName, type StepOutput } from './steps.ts';

/**
 * Runs the local steps of a workflow one after the other. Two under way at a time end one by one, and their ends come to the
 * workflow one by one; but on a replay both ends come together, and what follows upon each is asked for in another order: the
 * replay fails, and with it the batch, for good (seen after a kill in the middle of 10,000 modules). An ordinary activity has
 * its end in history, so a step that falls back to one holds up no other.
 */
export class StepQueue {
  private tail: Promise<void> = Promise.resolve();

  async run<N extends StepName>(name: N, input: StepInput<N>): Promise<StepOutput<N>> {
    const before = this.tail;
    let leave = (): void => undefined;
    this.tail = new Promise((resolve) => (leave = resolve));
    await before;
    const result = await localStep(name, input).finally(leave);
    return result === FAILED ? ordinaryStep(name, input, name) : result;
  }
}
