import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn, readJson, writeState } from './atomic.ts';

const gateSchema = z.object({
  /** `google/gemini-2.5-flash`, for people. */
  model: z.string(),
  /** ISO time before which nobody may ask. */
  until: z.string(),
  /** ISO time at which it was closed; gates of 0.1.0 do not say it. */
  since: z.string().optional(),
  /** What the provider said. */
  reason: z.string(),
  /** Whether one call is asking now, for all, whether it is over. */
  probing: z.boolean(),
});

/** A gate that is closed: the provider asked to wait. */
export type ClosedGate = z.infer<typeof gateSchema>;

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
    return parsed.success ? parsed.data : null;
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
}
