import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn, readJson, writeState } from './atomic.ts';

/** Why a gate is closed: the provider said to wait, a quota is used up, or nobody answers. */
const KINDS = ['rate', 'quota', 'outage'] as const;

/** No gate stays closed for longer than this without a call that asks whether it is over, ms. */
export const LONGEST_CLOSED_MS = 3_600_000;

/** Tolerant: a file that another version or a hand wrote must neither open a gate nor keep it closed for ever. */
const gateSchema = z.object({
  /** `google/gemini-2.5-flash`, for people; for a gate of a whole address `google`. */
  model: z.string(),
  kind: z.enum(KINDS).catch('rate'),
  /** ISO time before which nobody may ask. */
  until: z.string().catch(''),
  /** ISO time at which it was closed. */
  since: z.string().catch(''),
  /** ISO time of the first refusal of those in a row. */
  first: z.string().catch(''),
  /** Refusals in a row, each of a call that was made after the one before: waits grow with it, over restarts. */
  refusals: z.number().int().min(1).catch(1),
  /** What the provider said. */
  reason: z.string().catch(''),
  /** Whether one call is asking now, for all, whether it is over. */
  probing: z.boolean().catch(false),
});

/** A gate that is closed; its times are valid, and `until` is at most an hour after `since`. */
export type ClosedGate = z.infer<typeof gateSchema>;
export type GateKind = ClosedGate['kind'];

/** Closed gates on disk, one file a model and key; in the user's state folder, so that all workspaces and tasks see them. */
export class ModelGateStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private file(key: string): string {
    return join(this.folder, `${key}.json`);
  }

  /** Null where the gate is open. */
  async get(key: string): Promise<ClosedGate | null> {
    const parsed = gateSchema.safeParse(await readJson(this.file(key)));
    return parsed.success ? withinBounds(parsed.data, this.writtenAt(key)) : null;
  }

  /** Whether there is a file at all: cheaper than reading it, for what is looked at after each reply. */
  has(key: string): boolean {
    return existsSync(this.file(key));
  }

  /** All gates that are closed, or were and are not opened yet. */
  async list(): Promise<ClosedGate[]> {
    const names = (await namesIn(this.folder)).filter((name) => name.endsWith('.json'));
    const gates = await Promise.all(names.map((name) => this.get(name.slice(0, -'.json'.length))));
    return gates.filter((gate) => gate !== null);
  }

  async close(key: string, gate: ClosedGate): Promise<void> {
    await writeState(this.file(key), JSON.stringify(gate));
  }

  async open(key: string): Promise<void> {
    await rm(this.file(key), { force: true });
  }

  /** Epoch ms at which the file was written; now where it is just gone. */
  private writtenAt(key: string): number {
    return statSync(this.file(key), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  }
}

function withinBounds(gate: ClosedGate, writtenAt: number): ClosedGate {
  const since = timeOr(gate.since, writtenAt);
  const until = Math.min(timeOr(gate.until, since), since + LONGEST_CLOSED_MS);
  const first = Math.min(timeOr(gate.first, since), since);
  return { ...gate, since: iso(since), until: iso(until), first: iso(first) };
}

function timeOr(text: string, otherwise: number): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? otherwise : time;
}

const iso = (ms: number): string => new Date(ms).toISOString();
