/**
 * Keeps the workers that are wanted alive, each with a warm spare beside it. Invariants:
 * 1. A workspace has one worker by the lock that it holds for its life; the spare waits for that lock, and so takes over by
 *    itself, also where no supervisor lives. Here it is only noted.
 * 2. A worker that keeps dying is started ever more slowly, and so is a spare.
 */
import { existsSync } from 'node:fs';
import { isAlive, type ProcessId } from '../process/identity.ts';
import { Backoff } from './backoff.ts';
import { endProcess } from './end.ts';
import { saidReady, wantedWorkers, type ServerState, type WorkerRole, type WorkerState } from './state.ts';
import { endOf, startProcess } from './worker-process.ts';

/** How long a worker has polled before its spare is made, ms: the start of a task has the machine for itself. */
const SPARE_AFTER_MS = 4000;

/** Time for calls in hand to end and be kept, when a worker is ended, ms. */
const GRACE_MS = 12_000;

/** The command of a workspace's worker, or of its spare. */
export type WorkerCommand = (workspaceRoot: string, address: string, role: WorkerRole) => string[];

export interface WorkerKeeperOptions {
  readonly workerCommand: WorkerCommand;
  /** Whether workers have a spare. */
  readonly spare: boolean;
}

export class WorkerKeeper {
  private readonly options: WorkerKeeperOptions;
  private readonly backoffs = new Map<string, Backoff>();
  /** Processes that were told to end, by pid. */
  private readonly leaving = new Set<number>();

  constructor(options: WorkerKeeperOptions) {
    this.options = options;
  }

  /** Looks after all workers once. `busy`: whether tasks may be open, so that a spare is worth its memory. */
  keep(server: ServerState, known: readonly WorkerState[], busy: boolean): WorkerState[] {
    const wanted = wantedWorkers();
    const workers = wanted.flatMap(({ id, root }) => {
      const before = known.find((worker) => worker.workspaceId === id);
      const worker = this.living(server, id, root, before);
      return worker === undefined ? [] : [this.withSpare(server, worker, busy)];
    });
    // One whose wish was lost is kept in the state while it lives: what is not there is not ended with the engine.
    const unasked = known.filter((worker) => isAlive(worker) && wanted.every(({ id }) => id !== worker.workspaceId));
    return [...workers, ...unasked];
  }

  /** The worker, its spare in its place, or a new one; the dead one where it is too early for a start. */
  private living(
    server: ServerState,
    id: string,
    root: string,
    before: WorkerState | undefined,
  ): WorkerState | undefined {
    if (before !== undefined && isAlive(before)) {
      this.endIfElsewhere(before, id, 'worker', server);
      return before;
    }
    const lastEnd = before === undefined ? null : endOf(before);
    if (before !== undefined && lastEnd === null) return before;
    const { spare = null, restarts = -1 } = before ?? {};
    const next = { workspaceId: id, root, restarts: restarts + 1, lastEnd, spare: null };
    if (spare !== null && isAlive(spare)) {
      this.backoff(id).started();
      return { ...spare, ...next };
    }
    const process = this.start('worker', server, id, root);
    return process === null ? before : { ...process, ...next };
  }

  private withSpare(server: ServerState, worker: WorkerState, busy: boolean): WorkerState {
    const { spare, workspaceId, root } = worker;
    const wanted = this.options.spare && busy;
    if (spare !== null && isAlive(spare)) {
      if (wanted) this.endIfElsewhere(spare, workspaceId, 'spare', server);
      else this.end(spare);
      return worker;
    }
    const ready = saidReady(workspaceId, worker, 'worker');
    const due = ready?.address === server.address && Date.now() - ready.at >= SPARE_AFTER_MS;
    return { ...worker, spare: wanted && due ? this.start('spare', server, workspaceId, root) : null };
  }

  /** Null where its folder is gone, or where the last start was too short a time ago. */
  private start(role: WorkerRole, server: ServerState, id: string, root: string): ProcessId | null {
    const backoff = this.backoff(role === 'worker' ? id : `${id} spare`);
    if (!backoff.isDue() || !existsSync(root)) return null;
    backoff.started();
    return startProcess(id, root, this.options.workerCommand(root, server.address, role));
  }

  private backoff(name: string): Backoff {
    const known = this.backoffs.get(name) ?? new Backoff();
    this.backoffs.set(name, known);
    return known;
  }

  /**
   * A worker of a server that had to change its port polls where nobody answers: it is ended, and then started anew. Calls in
   * hand have 10 s to end and be kept, as when the engine ends; the worker itself would wait for the lost server longer.
   */
  private endIfElsewhere(process: ProcessId, id: string, role: WorkerRole, server: ServerState): void {
    const ready = saidReady(id, process, role);
    if (ready !== null && ready.address !== server.address) this.end(process);
  }

  private end(process: ProcessId): void {
    if (this.leaving.has(process.pid)) return;
    this.leaving.add(process.pid);
    void endProcess(process, GRACE_MS).finally(() => this.leaving.delete(process.pid));
  }
}

/** Ends workers with their spares; the spares first, so that none takes over. */
export async function endWorkers(workers: readonly WorkerState[], graceMs: number): Promise<void> {
  await Promise.all(
    workers.map(async (worker) => {
      if (worker.spare !== null) await endProcess(worker.spare, 2000);
      await endProcess(worker, graceMs);
    }),
  );
}
