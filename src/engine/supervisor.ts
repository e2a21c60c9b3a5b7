/**
 * Keeps the server and the workers that are wanted alive. Invariants:
 * 1. One supervisor a user, by a lock held for its life; so one server on a database, ever.
 * 2. It adopts living children of a dead predecessor, told by pid and start time, instead of starting seconds.
 * 3. A child that keeps dying is started ever more slowly, and `engine.json` says why.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { countOpen, setUpNamespace } from './namespace.ts';
import { tryLock } from '../process/lock.ts';
import { answers } from './ports.ts';
import { isAlive, self } from '../process/identity.ts';
import { startServer } from './server.ts';
import {
  hasEngineFile,
  readEngine,
  readyAddress,
  unwantWorker,
  wantedWorkers,
  writeEngine,
  type EngineState,
  type ServerState,
  type WorkerState,
} from './state.ts';
import { Backoff } from './backoff.ts';
import { endProcess } from './end.ts';
import { engineLeft } from './left.ts';
import { supervisorLock } from './paths.ts';
import { startWorker } from './worker-process.ts';

/** How often it looks after its children, ms. */
const LOOK_EVERY_MS = 150;

/** How often it counts open work, ms; oftener where the engine is to end itself sooner than that. */
const COUNT_EVERY_MS = 60_000;

/** A workspace that asked for a worker this long before a new supervisor came is still waiting for it, ms. */
const STILL_WANTED_MS = 60_000;

export interface SupervisorOptions {
  /** The command of a workspace's worker. */
  workerCommand(workspaceRoot: string, address: string): string[];
  /** Minutes without open work after which the engine ends itself; 0: never. */
  readonly idleMinutes: number;
}

/** Runs until SIGTERM or SIGINT, or until nothing is open for long; returns at once where another one runs. */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  const lock = tryLock(supervisorLock());
  if (!lock.ok) return;
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  const supervisor = new Supervisor(options, ending.signal);
  try {
    await supervisor.run();
  } finally {
    await supervisor.end();
    lock.release();
  }
}

class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly ending: AbortSignal;
  /** Workers that were told to end, by pid. */
  private readonly leaving = new Set<number>();
  private readonly backoffs = new Map<string, Backoff>();
  private state: EngineState;
  private written = '';
  private idleSince: number | null = null;
  private countedAt = Date.now();

  constructor(options: SupervisorOptions, ending: AbortSignal) {
    this.options = options;
    this.ending = ending;
    const before = readEngine((message) => process.stderr.write(`${message}\n`)) ?? engineLeft();
    this.state = {
      version: 1,
      supervisor: self(),
      server: before.server,
      workers: before.workers,
      problem: null,
    };
    const living = new Set(this.state.workers.filter(isAlive).map((worker) => worker.workspaceId));
    // After a reboot nothing runs by itself: who wants a worker asks again.
    for (const wanted of wantedWorkers()) {
      if (!living.has(wanted.id) && Date.now() - wanted.at > STILL_WANTED_MS) unwantWorker(wanted.id);
    }
  }

  async run(): Promise<void> {
    while (!this.ending.aborted && !(await this.isIdle())) {
      try {
        await this.keepServer();
        if (this.state.server?.ready === true) this.keepWorkers(this.state.server);
      } catch (error) {
        this.note({ problem: error instanceof Error ? error.message : String(error) });
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.ending }).catch(() => undefined);
    }
  }

  /** Ends workers, then the server: calls in hand have 10 s to end and be kept. */
  async end(): Promise<void> {
    // Said first: a command that comes meanwhile must not take it for up.
    this.note({ server: this.state.server && { ...this.state.server, ready: false } });
    await Promise.all(this.state.workers.map((worker) => endProcess(worker, 30_000)));
    if (this.state.server !== null) await endProcess(this.state.server, 10_000);
    this.note({ workers: [], problem: null });
  }

  private note(change: Partial<EngineState>): void {
    this.state = { ...this.state, ...change };
    const text = JSON.stringify(this.state);
    if (text !== this.written || !hasEngineFile()) writeEngine(this.state);
    this.written = text;
  }

  private backoff(name: string): Backoff {
    const known = this.backoffs.get(name) ?? new Backoff();
    this.backoffs.set(name, known);
    return known;
  }

  private async keepServer(): Promise<void> {
    const { server } = this.state;
    if (server !== null && isAlive(server)) {
      if (!server.ready && (await answers(server.address))) await this.setUp(server);
      return;
    }
    const backoff = this.backoff('server');
    if (!backoff.isDue()) return;
    backoff.started();
    const started = await startServer(server, (message) => process.stderr.write(`${message}\n`));
    this.note({ server: started });
    await this.setUp(started);
  }

  private async setUp(server: ServerState): Promise<void> {
    const failure = await setUpNamespace(server, this.ending);
    // A listener is kept as it is: what fails here is told, and tried again at the next look.
    this.note(
      failure === null
        ? { server: { ...server, ready: true }, problem: null }
        : { problem: `The server does not come up: ${failure}` },
    );
  }

  private keepWorkers(server: ServerState): void {
    const wanted = wantedWorkers();
    const workers = wanted.map(({ id, root }) => {
      const known = this.state.workers.find((worker) => worker.workspaceId === id);
      if (known === undefined || !isAlive(known)) return this.restartWorker(server, id, root, known) ?? known;
      this.endIfElsewhere(known, server);
      return known;
    });
    // One whose wish was lost is kept in the state while it lives: what is not there is not ended with the engine.
    const unasked = this.state.workers.filter(
      (worker) => isAlive(worker) && wanted.every(({ id }) => id !== worker.workspaceId),
    );
    this.note({ workers: [...workers.filter((worker) => worker !== undefined), ...unasked] });
  }

  /**
   * A worker of a server that had to change its port polls where nobody answers: it is ended, and then started anew. Calls in
   * hand have 10 s to end and be kept, as when the engine ends; the worker itself would wait for the lost server longer.
   */
  private endIfElsewhere(worker: WorkerState, server: ServerState): void {
    const address = readyAddress(worker);
    if (address === null || address === server.address || this.leaving.has(worker.pid)) return;
    this.leaving.add(worker.pid);
    void endProcess(worker, 12_000).finally(() => this.leaving.delete(worker.pid));
  }

  private restartWorker(
    server: ServerState,
    id: string,
    root: string,
    before: WorkerState | undefined,
  ): WorkerState | undefined {
    const backoff = this.backoff(id);
    if (!backoff.isDue()) return undefined;
    const started = startWorker({ id, root, before, command: this.options.workerCommand(root, server.address) });
    if (started !== undefined) backoff.started();
    return started;
  }

  private async isIdle(): Promise<boolean> {
    const { idleMinutes } = this.options;
    const { server } = this.state;
    const idleMs = idleMinutes * 60_000;
    const isDue = Date.now() - this.countedAt >= Math.min(COUNT_EVERY_MS, idleMs / 2);
    if (idleMinutes === 0 || server?.ready !== true || !isDue) return false;
    this.countedAt = Date.now();
    const open = await countOpen(server.address);
    if (open !== 0) this.idleSince = null;
    else this.idleSince ??= Date.now();
    // A command that came just now is about to start something.
    const lastAsked = Math.max(0, ...wantedWorkers().map(({ at }) => at));
    return this.idleSince !== null && Date.now() - Math.max(this.idleSince, lastAsked) >= idleMs;
  }
}
