import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn, readJson, sha256 } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const tokenSchema = z.object({
  /** Temporal's task token, base64: it names one attempt of one call. */
  token: z.string(),
  /** Identity of the worker that has the call in hand. */
  worker: z.string(),
  /** The call's activity: its workflow's run, and its id there. */
  runId: z.string(),
  activityId: z.string(),
});

export type CallToken = z.infer<typeof tokenSchema>;

/**
 * The task tokens of the calls that a worker has in hand. They outlive it: its successor fails these very attempts, so that
 * they are made again at once and not after the heartbeat time-out. A token names one attempt, it cannot hit a newer one.
 */
export class TokenStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'tokens');
  }

  private file(token: string): string {
    return join(this.folder, `${sha256(token).slice(0, 32)}.json`);
  }

  /**
   * Writes a token, before its call starts or waits. Not synced: it is for the death of a process, which loses nothing that
   * was written; after a power cut the heartbeat time-out does its work.
   */
  async put(token: CallToken): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.file(token.token), JSON.stringify(token));
  }

  async remove(token: string): Promise<void> {
    await rm(this.file(token), { force: true });
  }

  /** All tokens that are there. */
  async list(): Promise<CallToken[]> {
    const names = await namesIn(this.folder);
    const read = await Promise.all(names.map((name) => readJson(join(this.folder, name))));
    return read.flatMap((value) => {
      const parsed = tokenSchema.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    });
  }
}
