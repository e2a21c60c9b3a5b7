import { randomUUID } from 'node:crypto';
import { CHARACTERS_A_TOKEN, CostSum, USUAL_REPLY, type TaskCost } from '../src/domain/cost.ts';
import { ModelError, type ModelReply } from '../src/model/model.ts';
import type { PriceOf } from '../src/model/prices.ts';
import type { Asked, LedgerLine, LedgerStore } from '../src/store/ledger.ts';
import type { ReplyStore } from '../src/store/replies.ts';

/** What is written of a call before it is asked. */
export type Booking = Omit<Asked, 'kind' | 'id' | 'at' | 'reserved'>;

/** What a call may cost, and what its task may spend. */
export interface Limit {
  /** USD of the task; 0 is no limit. Asked again whenever something changed. */
  budgetUsd(): Promise<number>;
  /** USD of one go at a module; 0 is no limit. */
  readonly moduleBudgetUsd: number;
  /** Characters of the prompt: before the first reply of its kind nothing else tells what it may cost. */
  readonly promptLength: number;
  readonly signal: AbortSignal;
  /** Awaited last before the call; where it fails the call was never made, and cost nothing. */
  whenFree(): Promise<void>;
}

/** Whose money does not reach for a call: the task's, or that of its module, with USD spent on it and wanted for the call. */
export type Over =
  { readonly over: 'task' } | { readonly over: 'module'; readonly spent: number; readonly wanted: number };

/** The provider's own answer was a refusal: it cost nothing. Of a call that was cut nobody knows. */
const isRefusal = (error: unknown): boolean => error instanceof ModelError && error.errorClass !== 'network';

/** Books what each call of a task costs; invariants in src/store/ledger.ts. */
export class Books {
  private readonly ledger: LedgerStore;
  private readonly replies: ReplyStore;
  private readonly priceOf: PriceOf;
  /** The sums of the tasks whose calls this worker books: what a dead one left open in them is settled first. */
  private readonly opened = new Map<string, Promise<CostSum>>();
  /** Calls that wait for money, by task. */
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(ledger: LedgerStore, replies: ReplyStore, priceOf: PriceOf) {
    this.ledger = ledger;
    this.replies = replies;
    this.priceOf = priceOf;
  }

  /**
   * Asks and has the reply kept, with a line in the ledger before and after. Says where the budget does not reach for
   * the call; while others are in flight it waits what they leave. A module has no others: its money is used up at once.
   */
  async ask<R extends ModelReply | 'timeout'>(
    taskId: string,
    booking: Booking,
    limit: Limit,
    ask: () => Promise<R>,
    keep: (reply: Exclude<R, 'timeout'>) => Promise<void>,
  ): Promise<R | Over> {
    const sum = await this.open(taskId);
    const reserved = await this.reserve(taskId, sum, booking, limit);
    if ('over' in reserved) return reserved;
    const { id } = reserved;
    const note = (line: LedgerLine): void => this.note(taskId, sum, line);
    let wasMade = false;
    try {
      await limit.whenFree();
      wasMade = true;
      const reply = await ask();
      if (reply === 'timeout') {
        note({ kind: 'unsettled', id, at: now() });
        return reply;
      }
      await keep(reply as Exclude<R, 'timeout'>);
      note({ kind: 'settled', id, at: now(), ...(await this.priced(booking.model, reply)) });
      return reply;
    } catch (error) {
      note({ kind: wasMade && !isRefusal(error) ? 'unsettled' : 'refused', id, at: now() });
      throw error;
    }
  }

  /** Has the calls of a task that wait for money look again: its budget may have changed. */
  changed(taskId: string): void {
    for (const wake of this.waiting.get(taskId) ?? []) wake();
  }

  /**
   * Writes the line of a call with what it may cost, and gives its id; or says whose money does not reach, once nothing is in
   * flight that could leave some.
   */
  private async reserve(
    taskId: string,
    sum: CostSum,
    booking: Booking,
    limit: Limit,
  ): Promise<{ readonly id: string } | Over> {
    const reserved = sum.usual(booking.ask) ?? (await this.guess(booking, limit.promptLength));
    for (;;) {
      const budget = await limit.budgetUsd();
      limit.signal.throwIfAborted();
      const { moduleBudgetUsd } = limit;
      // From here to the line nothing is awaited: two calls cannot reserve the same money.
      const spent = sum.committedOf(booking);
      if (moduleBudgetUsd > 0 && spent + reserved > moduleBudgetUsd) return { over: 'module', spent, wanted: reserved };
      if (budget === 0 || sum.committed + reserved <= budget) {
        const id = randomUUID();
        this.note(taskId, sum, { kind: 'asked', id, at: now(), ...booking, reserved });
        return { id };
      }
      if (sum.inFlight === 0) return { over: 'task' };
      await this.change(taskId, limit.signal);
    }
  }

  private async guess({ ask, model }: Booking, promptLength: number): Promise<number> {
    const inputTokens = Math.ceil(promptLength / CHARACTERS_A_TOKEN);
    const outputTokens = ask === 'fix' ? inputTokens : USUAL_REPLY;
    return (
      (await this.priceOf(model, { inputTokens, outputTokens, reasoningTokens: null, cachedInputTokens: null })) ?? 0
    );
  }

  /** Waits until a call of the task is over, or its budget was changed. */
  private async change(taskId: string, signal: AbortSignal): Promise<void> {
    const waiting = this.waiting.get(taskId) ?? new Set();
    this.waiting.set(taskId, waiting);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** What the task cost so far; null where nothing was asked. */
  async cost(taskId: string): Promise<TaskCost | null> {
    return (await this.open(taskId)).value;
  }

  private note(taskId: string, sum: CostSum, line: LedgerLine): void {
    this.ledger.append(taskId, line);
    sum.add(line);
    if (line.kind !== 'asked') this.changed(taskId);
  }

  private open(taskId: string): Promise<CostSum> {
    const opened = this.opened.get(taskId) ?? this.settled(taskId);
    this.opened.set(taskId, opened);
    return opened;
  }

  /** The sum of the ledger. What a worker that died left open is settled by the reply, where that got to the cache. */
  private async settled(taskId: string): Promise<CostSum> {
    const sum = new CostSum();
    const open = new Map<string, Asked>();
    for (const line of await this.ledger.lines(taskId)) {
      sum.add(line);
      if (line.kind === 'asked') open.set(line.id, line);
      else open.delete(line.id);
    }
    for (const { id, reply, model, at: askedAt } of open.values()) {
      const got = await this.replies.get(reply);
      // A reply that is older than the call is another call's.
      const line: LedgerLine =
        got === null || got.at < askedAt
          ? { kind: 'unsettled', id, at: now() }
          : { kind: 'settled', id, at: got.at, ...(await this.priced(model, got)) };
      this.note(taskId, sum, line);
    }
    return sum;
  }

  private async priced(model: string, { usage }: Pick<ModelReply, 'usage'>) {
    return { usd: await this.priceOf(model, usage), input: usage.inputTokens, output: usage.outputTokens };
  }
}

const now = (): string => new Date().toISOString();
