import { randomUUID } from 'node:crypto';
import { CostSum, type TaskCost } from '../src/domain/cost.ts';
import { ModelError, type ModelReply } from '../src/model/model.ts';
import type { PriceOf } from '../src/model/prices.ts';
import type { Asked, LedgerLine, LedgerStore } from '../src/store/ledger.ts';
import type { ReplyStore } from '../src/store/replies.ts';

/** What is written of a call before it is asked. */
export type Booking = Omit<Asked, 'kind' | 'id' | 'at'>;

/** The provider's own answer was a refusal: it cost nothing. Of a call that was cut nobody knows. */
const isRefusal = (error: unknown): boolean => error instanceof ModelError && error.errorClass !== 'network';

/** Books what each call of a task costs; invariants in src/store/ledger.ts. */
export class Books {
  private readonly ledger: LedgerStore;
  private readonly replies: ReplyStore;
  private readonly priceOf: PriceOf;
  /** The sums of the tasks whose calls this worker books: what a dead one left open in them is settled first. */
  private readonly opened = new Map<string, Promise<CostSum>>();

  constructor(ledger: LedgerStore, replies: ReplyStore, priceOf: PriceOf) {
    this.ledger = ledger;
    this.replies = replies;
    this.priceOf = priceOf;
  }

  /** Asks and has the reply kept, with a line in the ledger before and after. */
  async ask<R extends ModelReply | 'timeout'>(
    taskId: string,
    booking: Booking,
    ask: () => Promise<R>,
    keep: (reply: Exclude<R, 'timeout'>) => Promise<void>,
  ): Promise<R> {
    const sum = await this.open(taskId);
    const id = randomUUID();
    const note = (line: LedgerLine): void => this.note(taskId, sum, line);
    note({ kind: 'asked', id, at: now(), ...booking });
    try {
      const reply = await ask();
      if (reply === 'timeout') {
        note({ kind: 'unsettled', id, at: now() });
        return reply;
      }
      await keep(reply as Exclude<R, 'timeout'>);
      note({ kind: 'settled', id, at: now(), ...(await this.priced(booking.model, reply)) });
      return reply;
    } catch (error) {
      note({ kind: isRefusal(error) ? 'refused' : 'unsettled', id, at: now() });
      throw error;
    }
  }

  /** What the task cost so far; null where nothing was asked. */
  async cost(taskId: string): Promise<TaskCost | null> {
    return (await this.open(taskId)).value;
  }

  private note(taskId: string, sum: CostSum, line: LedgerLine): void {
    this.ledger.append(taskId, line);
    sum.add(line);
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
          : { kind: 'settled', id, at: now(), ...(await this.priced(model, got)) };
      this.note(taskId, sum, line);
    }
    return sum;
  }

  private async priced(model: string, { usage }: Pick<ModelReply, 'usage'>) {
    return { usd: await this.priceOf(model, usage), input: usage.inputTokens, output: usage.outputTokens };
  }
}

const now = (): string => new Date().toISOString();
