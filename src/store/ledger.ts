/**
 * What a task's calls cost: a line before each call and one after it. Invariants:
 * 1. A call that is asked has its line before the request leaves, so that what a kill leaves open is known.
 * 2. What was left open is settled by the reply if that got to the cache, else listed as unsettled: nobody knows its cost.
 *    So is a reply that came and that nobody can read, or whose provider counted tokens that cannot be.
 * 3. One worker a workspace writes, and a line is one write.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CostSum, MAX_TOKENS, type TaskCost } from '../domain/cost.ts';
import { inFolder, namesIn, readOptional } from './atomic.ts';
import type { Workspace } from './workspace.ts';

/** A line with a number that cannot be is none: its call counts as one of which nobody knows. */
const tokens = z.number().min(0).max(MAX_TOKENS).nullable();
const usd = z.number().min(0);
const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('asked'),
    id: z.string(),
    /** ISO time. */
    at: z.string(),
    /** Key of the reply that is asked for. */
    reply: z.string(),
    /** `b1/06-aspect`. */
    module: z.string(),
    /** Of the module; lines of an older version do not have it, nor the round. */
    generation: z.number().int().default(0),
    ask: z.string(),
    /** Fix round that it belongs to; null where it is not known. */
    round: z.number().int().nullable().default(null),
    /** `provider/model`. */
    model: z.string(),
    /** Characters of the prompt. */
    characters: z.number().default(0),
    /** USD that it may cost: it counts against the budget while nobody knows better. */
    reserved: usd.default(0),
  }),
  z.object({
    kind: z.literal('settled'),
    id: z.string(),
    at: z.string(),
    usd: usd.nullable(),
    input: tokens,
    output: tokens,
    /** Whether the provider did not count the tokens, so that they are told by the length of prompt and reply. */
    estimated: z.boolean().default(false),
  }),
  /** The provider refused the call, or it was never made: nothing was spent. */
  z.object({ kind: z.literal('refused'), id: z.string(), at: z.string() }),
  /** Aborted, cut by a kill, or not to be read: nobody knows what it cost. */
  z.object({ kind: z.literal('unsettled'), id: z.string(), at: z.string() }),
]);

export type LedgerLine = z.infer<typeof lineSchema>;
export type Asked = Extract<LedgerLine, { kind: 'asked' }>;

const LEDGER = '.jsonl';

export class LedgerStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'ledger');
  }

  private file(taskId: string): string {
    return join(this.folder, `${taskId}${LEDGER}`);
  }

  /** Ids of all tasks that have asked something. */
  async tasks(): Promise<string[]> {
    const names = await namesIn(this.folder);
    return names.filter((name) => name.endsWith(LEDGER)).map((name) => name.slice(0, -LEDGER.length));
  }

  append(taskId: string, line: LedgerLine): void {
    // The line end comes first: a line that a full disk cut spoils no other.
    inFolder(this.folder, () => appendFileSync(this.file(taskId), `\n${JSON.stringify(line)}`));
  }

  /** What a task cost so far; null where nothing was asked. */
  async cost(taskId: string): Promise<TaskCost | null> {
    const sum = new CostSum();
    for (const line of await this.lines(taskId)) sum.add(line);
    return sum.value;
  }

  /** All lines that can be read. */
  async lines(taskId: string): Promise<LedgerLine[]> {
    const text = (await readOptional(this.file(taskId)))?.toString('utf8') ?? '';
    return text.split('\n').flatMap((line) => {
      const parsed = lineSchema.safeParse(parse(line));
      return parsed.success ? [parsed.data] : [];
    });
  }
}

/** A line that was cut by a full disk is none. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
