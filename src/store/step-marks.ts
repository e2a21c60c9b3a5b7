/**
 * Marks of the steps that a worker has in hand: our own code on a module's content, which may end the whole process. Invariants:
 * 1. A mark stands before its step begins and is gone once the step is over, well or badly; calls leave none.
 * 2. A mark whose worker is dead makes its module a suspect: its steps run alone from then on, until one is over.
 * 3. Only a death while a suspect ran alone is counted: a kill from outside, which meets many at once, counts for nobody.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn, readJson, sha256 } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const markSchema = z.object({
  /** `b1/06-aspect`. */
  module: z.string(),
  taskId: z.string(),
  step: z.string(),
  /** Identity of the worker that has it in hand; null for a suspect that none has. */
  worker: z.string().nullable(),
  /** Whether no other step runs beside it. */
  alone: z.boolean(),
  /** Deaths of a worker while it ran alone. */
  deaths: z.number().int(),
});

export type StepMark = z.infer<typeof markSchema>;

/** What a step is marked by. */
export type MarkedStep = Pick<StepMark, 'module' | 'taskId' | 'step'>;

/** A step that is marked. */
interface Marked {
  /** Takes the mark off; the module is no suspect any more. */
  unmark(): Promise<void>;
}

export class StepMarks {
  private readonly folder: string;
  private readonly worker: string;
  private readonly suspects = new Map<string, number>();

  /** @param worker identity of this worker. */
  constructor(workspace: Workspace, worker: string) {
    this.folder = join(workspace.state, 'steps');
    this.worker = worker;
  }

  private file(module: string): string {
    return join(this.folder, `${sha256(module).slice(0, 32)}.json`);
  }

  /** Deaths counted for a suspect; null for a module that is none. */
  deaths(module: string): number | null {
    return this.suspects.get(module) ?? null;
  }

  /** Marks a step. Not synced: it is for the death of a process, which loses nothing that was written. */
  async mark(step: MarkedStep, alone: boolean): Promise<Marked> {
    await this.write({ ...step, worker: this.worker, alone, deaths: this.suspects.get(step.module) ?? 0 });
    return { unmark: () => this.clear(step.module) };
  }

  /** Forgets a suspect. */
  async clear(module: string): Promise<void> {
    this.suspects.delete(module);
    await rm(this.file(module), { force: true });
  }

  /** Takes up what dead workers left, before this one polls; gives the marks of steps in which one died. */
  async takeUp(isDead: (worker: string) => boolean): Promise<StepMark[]> {
    const names = await namesIn(this.folder);
    const read = await Promise.all(names.map((name) => readJson(join(this.folder, name))));
    const marks = read.flatMap((value) => {
      const parsed = markSchema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
    const died: StepMark[] = [];
    for (const mark of marks) {
      if (mark.worker !== null && !isDead(mark.worker)) continue;
      const deaths = mark.deaths + (mark.worker !== null && mark.alone ? 1 : 0);
      this.suspects.set(mark.module, deaths);
      const suspect = { ...mark, worker: null, deaths };
      await this.write(suspect);
      if (mark.worker !== null) died.push(suspect);
    }
    return died;
  }

  private async write(mark: StepMark): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.file(mark.module), JSON.stringify(mark));
  }
}
