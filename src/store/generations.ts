import { join } from 'node:path';
import { z } from 'zod';
import type { ModuleRef } from '../domain/module.ts';
import { readJson, writeState } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const generationSchema = z.object({ generation: z.number().int().min(0) });

/**
 * The generation of each module, part of the reply cache's key. It is raised where the same command is to try anew: after
 * FAIL_AFTER_RETRIES and STUCK, by a retry, by `--force`, by undo; by nothing else, so that a stopped batch goes on for free.
 */
export class GenerationStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'modules');
  }

  private file(ref: Pick<ModuleRef, 'track' | 'slug'>): string {
    return join(this.folder, ref.track, `${ref.slug}.json`);
  }

  async get(ref: Pick<ModuleRef, 'track' | 'slug'>): Promise<number> {
    const parsed = generationSchema.safeParse(await readJson(this.file(ref)));
    return parsed.success ? parsed.data.generation : 0;
  }

  /** Raises it to an absolute value; does nothing where it is that high already, so that a repeated step changes nothing. */
  async raiseTo(ref: Pick<ModuleRef, 'track' | 'slug'>, generation: number): Promise<void> {
    if ((await this.get(ref)) < generation) await writeState(this.file(ref), JSON.stringify({ generation }));
  }
}
