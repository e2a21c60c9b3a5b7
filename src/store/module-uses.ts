import { bookedCalls, type BookedCall } from '../domain/booked-calls.ts';
import type { ModuleUse } from '../domain/forecast.ts';
import { moduleKey } from '../domain/module.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { LedgerStore } from './ledger.ts';
import type { RecordStore, TaskRecord } from './records.ts';

/** Ends of modules that were worked on to the end; those of a stop, a fault or a used-up limit tell too little. */
const WORKED: ReadonlySet<Outcome> = new Set([
  'PASS_ON_REVIEW',
  'FIXED',
  'RESEARCHED',
  'REVIEWED',
  'FAIL_AFTER_RETRIES',
  'STUCK',
]);

/** Modules that are looked at: the newest, since prompts and lessons change. */
const NEWEST = 500;

/** Of which modules something is to be told. */
export interface UsesWanted {
  readonly operation: Operation;
  readonly track: string;
  readonly model: string;
  readonly reviewModel: string;
  readonly maxRounds: number;
  readonly reviewOnly: boolean;
  /** USD of a call that was booked without a price, by its tokens. */
  readonly priceOf: (call: BookedCall) => Promise<number | null>;
}

/** What modules of the same operation, track and models needed in the tasks of this workspace, the newest tasks first. */
export async function moduleUses(records: RecordStore, ledger: LedgerStore, wanted: UsesWanted): Promise<ModuleUse[]> {
  const uses: ModuleUse[] = [];
  for (const record of await records.list()) {
    if (uses.length >= NEWEST) break;
    if (isLike(record, wanted)) uses.push(...(await usesOf(record, ledger, wanted)));
  }
  return uses.slice(0, NEWEST);
}

function isLike(record: TaskRecord, { operation, track, model, reviewModel, reviewOnly }: UsesWanted): boolean {
  const isReviewed = Object.values(record.modules).some(({ outcome }) => outcome === 'REVIEWED');
  return (
    record.operation === operation &&
    record.track === track &&
    record.model === model &&
    record.review_model === reviewModel &&
    // A task that reviews only tells nothing of fixes; the first review of one that fixes tells all of a review.
    (reviewOnly || !isReviewed)
  );
}

async function usesOf(record: TaskRecord, ledger: LedgerStore, wanted: UsesWanted): Promise<ModuleUse[]> {
  const byModule = new Map<string, BookedCall[]>();
  for (const call of bookedCalls(await ledger.lines(record.task_id)))
    if (call.replied && counts(call, wanted)) byModule.set(call.module, [...(byModule.get(call.module) ?? []), call]);
  const uses: ModuleUse[] = [];
  for (const [slug, { outcome }] of Object.entries(record.modules)) {
    const calls = byModule.get(moduleKey({ track: record.track, slug }));
    if (outcome === null || !WORKED.has(outcome) || calls === undefined) continue;
    // What `set --model` changed on the way tells of neither model.
    if (calls.every(({ model }) => model === wanted.model || model === wanted.reviewModel))
      uses.push(await useOf(calls, wanted));
  }
  return uses;
}

/** Whether a task with the limits wanted would make the call, too. */
function counts({ round, ask }: BookedCall, { maxRounds, reviewOnly }: UsesWanted): boolean {
  if (reviewOnly) return round === 0 && (ask === 'review' || ask === 'again');
  return round === null || round <= maxRounds;
}

async function useOf(calls: readonly BookedCall[], { priceOf }: UsesWanted): Promise<ModuleUse> {
  const prices = await Promise.all(calls.map(async (call) => call.usd ?? (await priceOf(call))));
  const sum = (of: (call: BookedCall) => number): number => calls.reduce((total, call) => total + of(call), 0);
  return {
    calls: calls.length,
    inputTokens: sum(({ input }) => input ?? 0),
    outputTokens: sum(({ output }) => output ?? 0),
    usd: prices.reduce<number | null>((total, usd) => (total === null || usd === null ? null : total + usd), 0),
    ms: sum(({ ms }) => ms),
  };
}
