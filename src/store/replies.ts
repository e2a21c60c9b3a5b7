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
  /** The tasks that found it to be of no use. They alone still meet it: it was paid, and brings them back to their place. */
  useless: z.array(z.string()).optional(),
  /** The key under which other tasks find the same reply, where that is another one. */
  shared: z.string().optional(),
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

/** Replies by key, on disk before the call's activity returns: what is here is never asked for again while it is of use. */
export class ReplyStore {
  private readonly folder: string;
  private readonly recent = new Recent<StoredReply>(KEPT);

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'replies');
  }

  private file(key: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.json`);
  }

  /** The reply, of use or not; null where it was never got (or its file was damaged from outside). */
  async get(key: string): Promise<StoredReply | null> {
    const known = this.recent.get(key);
    if (known !== undefined) return known;
    const parsed = replySchema.safeParse(await readJson(this.file(key)));
    return parsed.success ? parsed.data : null;
  }

  /** The reply that a task takes instead of asking; null where there is none, or another task found it to be of no use. */
  async usable(key: string, taskId: string): Promise<StoredReply | null> {
    const reply = await this.get(key);
    return reply?.useless === undefined || reply.useless.includes(taskId) ? reply : null;
  }

  async put(key: string, reply: StoredReply): Promise<void> {
    await writeState(this.file(key), JSON.stringify(reply));
    this.recent.set(key, reply);
  }

  /**
   * Notes that a task could do nothing with a reply, so that the next task asks for another one. The note is part of the
   * reply's own file: whichever reply is there, it is marked or not, whatever is killed between the two writes.
   */
  async markUseless(key: string, taskId: string): Promise<void> {
    const reply = await this.get(key);
    if (reply === null) return;
    await this.mark(key, reply, taskId);
    const copy = reply.shared === undefined ? null : await this.get(reply.shared);
    if (reply.shared !== undefined && copy?.at === reply.at) await this.mark(reply.shared, copy, taskId);
  }

  private async mark(key: string, reply: StoredReply, taskId: string): Promise<void> {
    const { useless = [] } = reply;
    if (!useless.includes(taskId)) await this.put(key, { ...reply, useless: [...useless, taskId] });
  }
}
