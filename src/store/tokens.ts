import { join } from 'node:path';
import { z } from 'zod';
import { InHandFile, type LeftInHand } from './in-hand-file.ts';
import type { Workspace } from './workspace.ts';

const tokenSchema = z.object({
  /** Temporal's task token, base64: it names one attempt of one call. */
  token: z.string(),
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
  private readonly file: InHandFile<CallToken>;

  /** @param worker identity of this worker. */
  constructor(workspace: Workspace, worker: string) {
    this.file = new InHandFile(join(workspace.state, 'tokens'), worker, tokenSchema);
  }

  /** Writes a token, before its call starts or waits. */
  put(token: CallToken): void {
    this.file.put(token.token, token);
  }

  remove(token: string): void {
    this.file.remove(token);
  }

  /** Whether this worker has a call in hand. */
  has(call: Omit<CallToken, 'token'>): boolean {
    return this.file.inHand.some(({ runId, activityId }) => runId === call.runId && activityId === call.activityId);
  }

  /** The tokens that dead workers left. */
  left(isDead: (worker: string) => boolean): Promise<LeftInHand<CallToken>[]> {
    return this.file.left(isDead);
  }
}
