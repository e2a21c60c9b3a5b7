/**
 * Modules that wait for a time. Those that wait for a provider have a scout: when their time has come one of them starts first,
 * and the others only once it has got through, or has been asking for a while. So a night without network costs a child
 * workflow every five minutes, and not all that wait.
 */
import { condition } from '@temporalio/workflow';
import type { BatchState } from './batch-state.ts';
import type { QueuedModule, WaitNote } from './contract.ts';

/** How long a scout is ahead of the others, ms: a network that is down says so sooner. */
const LEAD_MS = 15_000;

/** A module that looks whether its provider answers again. */
export interface Scout {
  readonly slug: string;
  /** What it waited for. */
  readonly note: WaitNote;
  /** Epoch ms until which the others let it go ahead. */
  readonly aheadUntil: number;
}

/** Whether a module waits until its provider answers again. */
export const waitsForProvider = ({ note }: QueuedModule): boolean => isForProvider(note);

const isForProvider = (note: WaitNote | null): boolean => note?.reason === 'quota' || note?.reason === 'outage';

const untilOf = (note: WaitNote | null): number => (note?.until ? Date.parse(note.until) : 0);

/** Epoch ms at which a parked module may start. */
function dueAt({ scout }: BatchState, queued: QueuedModule): number {
  const until = untilOf(queued.note);
  return scout !== null && waitsForProvider(queued) ? Math.max(until, scout.aheadUntil) : until;
}

/** Epoch ms at which something is to be done; infinite where nothing is. */
function firstDue(state: BatchState): number {
  const dues = state.parked.map((queued) => dueAt(state, queued));
  return Math.min(...dues, state.scout?.aheadUntil ?? Infinity);
}

/** Awaits the condition, or the time at which the first parked module is due. */
export async function conditionOrDue(state: BatchState, done: () => boolean): Promise<void> {
  const { parked, scout } = state;
  const seen = parked.length;
  const isOther = (): boolean => state.parked !== parked || parked.length !== seen || state.scout !== scout;
  const due = firstDue(state);
  if (done() || due <= Date.now()) return;
  const ready = (): boolean => done() || isOther();
  await (due === Infinity ? condition(ready) : condition(ready, due - Date.now()));
}

/** Moves the modules whose time has come to the front. */
export function unpark(state: BatchState): void {
  const now = Date.now();
  const isDue = (queued: QueuedModule): boolean => dueAt(state, queued) <= now;
  const due = state.parked.filter(isDue);
  state.parked = state.parked.filter((queued) => !isDue(queued));
  const providers = due.filter(waitsForProvider);
  const others = due.filter((queued) => !waitsForProvider(queued)).map((queued) => unanswered(state, queued));
  state.again.unshift(...sendScout(state, providers, now), ...others);
}

/** Those of the modules that start now: one ahead, or all where one was ahead for long enough. */
function sendScout(state: BatchState, due: readonly QueuedModule[], now: number): readonly QueuedModule[] {
  if (state.scout !== null) {
    if (state.scout.aheadUntil > now) return due;
    // It has been asking for a while: the others wait at the gate with it, or find that open.
    state.scout = null;
    return due;
  }
  const [first, ...rest] = due;
  if (first === undefined || first.note === null) return due;
  state.scout = { slug: first.module.slug, note: first.note, aheadUntil: now + LEAD_MS };
  state.parked = [...state.parked, ...rest];
  return [first];
}

/** Takes up how a scout came back: let through, or told to wait, with all others. */
export function scoutReturned(state: BatchState, slug: string, note: WaitNote | null): void {
  if (state.scout?.slug !== slug) return;
  state.scout = null;
  if (note === null) startWaiting(state);
  else if (isForProvider(note))
    state.parked = state.parked.map((queued) =>
      waitsForProvider(queued) && queued.note !== null && untilOf(queued.note) < untilOf(note)
        ? { ...queued, note: { ...queued.note, until: note.until } }
        : queued,
    );
}

/** Starts all modules that wait for a provider, without a scout. Gives how many they are. */
export function startWaiting(state: BatchState): number {
  const waiting = state.parked.filter(waitsForProvider);
  state.parked = state.parked.filter((queued) => !waitsForProvider(queued));
  state.again.unshift(...waiting);
  return waiting.length;
}

/** A module whose question nobody answered in time ends as it would have without. */
function unanswered(state: BatchState, queued: QueuedModule): QueuedModule {
  if (queued.note?.reason !== 'question') return queued;
  state.question(queued.module.slug, null);
  return { ...queued, answer: { kind: 'expired', text: 'nobody answered in time' } };
}
