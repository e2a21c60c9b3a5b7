import { randomUUID } from 'node:crypto';
import { CostSum, tokensOf, USUAL_REPLY, type Shortage, type TaskCost } from '../src/domain/cost.ts';
import { ModelError, type ModelReply } from '../src/model/model.ts';
import type { PriceOf } from '../src/model/prices.ts';
import { usageKind } from '../src/model/usage.ts';
import type { Asked, LedgerLine, LedgerStore } from '../src/store/ledger.ts';
import type { ReplyStore } from '../src/store/replies.ts';

/** What is written of a call before it is asked. */
export type Booking = Omit<Asked, 'kind' | 'id' | 'at' | 'reserved' | 'characters'>;

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

/**
 * Why a call is not made: the money of its task, or of its module, does not reach for it; or there is a limit, and nobody
 * knows the price of its model.
 */
export type Over = ({ readonly over: 'task' | 'module' } & Shortage) | { readonly over: 'price' };

/** What is believed of a reply's cost. */
type Settled = Omit<Extract<LedgerLine, { kind: 'settled' }>, 'kind' | 'id' | 'at'>;

/** What of a reply tells its cost. */
type Priceable = Pick<ModelReply, 'usage' | 'text'>;

/** The provider's own answer was a refusal: it cost nothing. Of a call that was cut, or not to be read, nobody knows. */
const isRefusal = (error: unknown): boolean => error instanceof ModelError && !error.mayCost;

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
    const reserve = await this.reserve(taskId, sum, booking, limit);
    if ('over' in reserve) return reserve;
    const { id } = reserve;
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
      note(await this.endOf(reserve, reply));
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
  private async reserve(taskId: string, sum: CostSum, booking: Booking, limit: Limit): Promise<Asked | Over> {
    for (;;) {
      // Asked again, too: a price may have been added meanwhile.
      const guess = await this.guess(booking, limit.promptLength);
      const budget = await limit.budgetUsd();
      limit.signal.throwIfAborted();
      const { moduleBudgetUsd, promptLength: characters } = limit;
      if (guess === null && (budget > 0 || moduleBudgetUsd > 0)) return { over: 'price' };
      // From here to the line nothing is awaited: two calls cannot reserve the same money.
      const wanted = sum.usual(booking) ?? guess ?? 0;
      if (moduleBudgetUsd > 0 && sum.committedOf(booking) + wanted > moduleBudgetUsd)
        return { over: 'module', ...sum.spentOn(booking), limit: moduleBudgetUsd, wanted };
      if (budget === 0 || sum.committed + wanted <= budget) {
        const asked = { kind: 'asked', id: randomUUID(), at: now(), ...booking, characters, reserved: wanted } as const;
        this.note(taskId, sum, asked);
        return asked;
      }
      if (sum.inFlight === 0) return { over: 'task', ...sum.spent, limit: budget, wanted };
      await this.change(taskId, limit.signal);
    }
  }

  /** What a call may cost by its prompt; null where the price is not known. */
  private guess({ ask, model }: Booking, promptLength: number): Promise<number | null> {
    const inputTokens = tokensOf(promptLength);
    const outputTokens = ask === 'fix' ? inputTokens : USUAL_REPLY;
    return this.priceOf(model, { inputTokens, outputTokens, reasoningTokens: null, cachedInputTokens: null });
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
    for (const asked of open.values()) {
      const got = await this.replies.get(asked.reply);
      // A reply that is older than the call is another call's.
      const isCut = got === null || got.at < asked.at;
      this.note(
        taskId,
        sum,
        isCut ? { kind: 'unsettled', id: asked.id, at: now() } : await this.endOf(asked, got, got.at),
      );
    }
    return sum;
  }

  /** The line of a call whose reply came: settled where it can be known what it cost. */
  private async endOf(asked: Asked, reply: Priceable, at = now()): Promise<LedgerLine> {
    const { id, reserved } = asked;
    const settled = usageKind(reply.usage) === 'odd' ? null : await this.settlement(asked, reply);
    // Under a limit a reply without a price must not look free.
    const isKnown = settled !== null && (settled.usd !== null || reserved === 0);
    return isKnown ? { kind: 'settled', id, at, ...settled } : { kind: 'unsettled', id, at };
  }

  private async settlement({ model, characters }: Asked, { usage, text }: Priceable): Promise<Settled> {
    const counted = { usd: await this.priceOf(model, usage), input: usage.inputTokens, output: usage.outputTokens };
    // A model that is free whatever it uses needs no count.
    if (usageKind(usage) === 'counted' || (counted.usd === 0 && usage.inputTokens === null))
      return { ...counted, estimated: false };
    const [input, output] = [tokensOf(characters), tokensOf(text.length)];
    const estimate = { ...usage, inputTokens: input, outputTokens: output, cachedInputTokens: null };
    return { usd: await this.priceOf(model, estimate), input, output, estimated: true };
  }
}

const now = (): string => new Date().toISOString();
