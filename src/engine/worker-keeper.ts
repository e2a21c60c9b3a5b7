/**
 * Keeps the workers that are wanted alive, each with a warm spare beside it. Invariants:
 * 1. A workspace has one worker by the lock that it holds for its life; the spare waits for that lock, and so takes over by
 *    itself, also where no supervisor lives. Here it is only noted.
 * 2. A worker that keeps dying is started ever more slowly, and so is a spare.
 * 3. None is started where the workspace is not: it was moved, removed, or is another one by now.
 */
import { isAlive, type ProcessId } from '../process/identity.ts';
import { Backoff } from './backoff.ts';
import { endProcess } from './end.ts';
import { standingOf } from './identity.ts';
import { saidReady, wantedWorkers, type ServerState, type WorkerRole, type WorkerState } from './state.ts';
import { endOf, startProcess } from './worker-process.ts';

/** How long a worker has polled before its spare is made, ms: the start of a task has the machine for itself. */
const SPARE_AFTER_MS = 4000;

/** Time for calls in hand to end and be kept, when a worker is ended, ms. */
const GRACE_MS = 12_000;

/** How long a workspace is left alone that lost the file which says who it is, ms. */
const FILE_GONE_MS = 3000;

/** The command of a workspace's worker, or of its spare. */
export type WorkerCommand = (root: string, address: string, role: WorkerRole, id: string) => string[];

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
  /** Since when workspaces have been without the file that says who they are, ms. */
  private readonly fileGone = new Map<string, number>();

  constructor(options: WorkerKeeperOptions) {
    this.options = options;
  }

  /**
   * Looks after all workers once. `busy` says whether a workspace may make calls, so that a spare is worth its memory; the
   * workers of workspaces that are `dropped` are ended.
   */
  keep(
    server: ServerState,
    known: readonly WorkerState[],
    { busy, dropped }: { readonly busy: (id: string) => boolean; readonly dropped: ReadonlySet<string> },
  ): WorkerState[] {
    const wanted = wantedWorkers();
    const workers = wanted.flatMap(({ id, root }) => {
      const before = known.find((worker) => worker.workspaceId === id);
      const worker = this.living(server, id, root, before);
      return worker === undefined ? [] : [this.withSpare(server, worker, busy(id))];
    });
    // One whose wish was lost is kept in the state while it lives: what is not there is not ended with the engine.
    const unasked = known.filter((worker) => isAlive(worker) && wanted.every(({ id }) => id !== worker.workspaceId));
    for (const worker of unasked.filter(({ workspaceId }) => dropped.has(workspaceId))) this.endWithSpare(worker);
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
    if (!backoff.isDue() || !this.isThere(id, root)) return null;
    backoff.started();
    return startProcess(id, root, this.options.workerCommand(root, server.address, role, id));
  }

  /**
   * Whether the workspace is there to be served. Where only its file is gone, as after `git clean`, the worker itself writes it
   * again, once whatever removed it has had the time to end.
   */
  private isThere(id: string, root: string): boolean {
    const standing = standingOf(id, root);
    if (standing !== 'file-gone') this.fileGone.delete(id);
    if (standing !== 'file-gone') return standing === 'as-known';
    const since = this.fileGone.get(id) ?? Date.now();
    this.fileGone.set(id, since);
    return Date.now() - since >= FILE_GONE_MS;
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

  /** The spare goes first, so that it does not take over. */
  private endWithSpare(worker: WorkerState): void {
    if (worker.spare !== null && isAlive(worker.spare)) this.end(worker.spare);
    else this.end(worker);
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
