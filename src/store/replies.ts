import { join } from 'node:path';
import { z } from 'zod';
import { readJson, sha256, writeState } from './atomic.ts';
import { Recent } from './recent.ts';
import type { Workspace } from './workspace.ts';

const tokens = z.number().nullable();
const replySchema = z.object({
  ask: z.enum(['review', 'fix', 'research', 'again']),
  /** `provider/model`. */
  model: z.string(),
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'content-filter', 'other']),
  usage: z.object({ inputTokens: tokens, outputTokens: tokens, reasoningTokens: tokens, cachedInputTokens: tokens }),
  /** Working time of the call, ms. */
  ms: z.number(),
  /** ISO time. */
  at: z.string(),
});

/** A model's reply as it is kept. */
export type StoredReply = z.infer<typeof replySchema>;

/** What makes two calls the same. The prompt of a review names no round. */
export interface ReplyKeyParts {
  readonly ask: StoredReply['ask'];
  readonly model: string;
  readonly prompt: string;
  readonly generation: number;
  /** Only of a task that asks everything anew: its replies are its own. */
  readonly task?: string;
}

/** Key of a call in the reply cache: hash over ask, model, prompt hash and generation, and over the task where there is one. */
export function replyKey({ ask, model, prompt, generation, task }: ReplyKeyParts): string {
  const parts = [ask, model, prompt, generation];
  return sha256(JSON.stringify(task === undefined ? parts : [...parts, task]));
}

/** Replies kept in memory: the step after a call reads its reply at once. */
const KEPT = 64;

/** Replies by key, on disk before the call's activity returns: what is here is never asked for again. */
export class ReplyStore {
  private readonly folder: string;
  private readonly recent = new Recent<StoredReply>(KEPT);

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'replies');
  }

  private file(key: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.json`);
  }

  /** The reply; null where it was never got (or its file was damaged from outside). */
  async get(key: string): Promise<StoredReply | null> {
    const known = this.recent.get(key);
    if (known !== undefined) return known;
    const parsed = replySchema.safeParse(await readJson(this.file(key)));
    return parsed.success ? parsed.data : null;
  }

  async put(key: string, reply: StoredReply): Promise<void> {
    await writeState(this.file(key), JSON.stringify(reply));
    this.recent.set(key, reply);
  }
}
