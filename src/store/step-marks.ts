/**
 * Marks of the steps that a worker has in hand: our own code on a module's content, which may end the whole process. Invariants:
 * 1. A mark stands before its step begins and is gone once the step is over, well or badly; calls leave none.
 * 2. A mark whose worker is dead makes its module a suspect: its steps run alone from then on, until one is over.
 * 3. Only a death while a suspect ran alone is counted: a kill from outside, which meets many at once, counts for nobody.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { InHandFile } from './in-hand-file.ts';
import type { Workspace } from './workspace.ts';

const markSchema = z.object({
  /** `b1/06-aspect`. */
  module: z.string(),
  taskId: z.string(),
  step: z.string(),
  /** Whether its step is in hand; false for a suspect whose next step has not come yet. */
  inHand: z.boolean(),
  /** Whether no other step runs beside it. */
  alone: z.boolean(),
  /** Deaths of a worker while it ran alone. */
  deaths: z.number().int(),
});

export type StepMark = z.infer<typeof markSchema>;

/** What a step is marked by. */
export type MarkedStep = Pick<StepMark, 'module' | 'taskId' | 'step'>;

export class StepMarks {
  private readonly file: InHandFile<StepMark>;
  private readonly suspects = new Map<string, number>();

  /** @param worker identity of this worker. */
  constructor(workspace: Workspace, worker: string) {
    this.file = new InHandFile(join(workspace.state, 'steps'), worker, markSchema);
  }

  /** Deaths counted for a suspect; null for a module that is none. */
  deaths(module: string): number | null {
    return this.suspects.get(module) ?? null;
  }

  mark(step: MarkedStep, alone: boolean): void {
    this.file.put(step.module, { ...step, inHand: true, alone, deaths: this.suspects.get(step.module) ?? 0 });
  }

  /** Takes the mark off; the module is no suspect any more. */
  clear(module: string): void {
    this.suspects.delete(module);
    this.file.remove(module);
  }

  /** Takes up what dead workers left, before this one polls; gives the marks of steps in which one died. */
  async takeUp(isDead: (worker: string) => boolean): Promise<StepMark[]> {
    const left = await this.file.left(isDead);
    const died: StepMark[] = [];
    for (const mark of left.flatMap(({ entries }) => entries)) {
      // Also one that a worker had taken up when it was killed itself, before it could do away with the first.
      const deaths = Math.max(mark.deaths + (mark.inHand && mark.alone ? 1 : 0), this.suspects.get(mark.module) ?? 0);
      const suspect = { ...mark, inHand: false, deaths };
      this.suspects.set(mark.module, deaths);
      this.file.put(mark.module, suspect);
      if (mark.inHand) died.push(suspect);
    }
    await Promise.all(left.map((one) => one.drop()));
    return died;
  }
}
