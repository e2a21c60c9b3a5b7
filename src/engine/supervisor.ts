/**
 * Keeps the server and the workers that are wanted alive. Invariants:
 * 1. One supervisor a user, by a lock held for its life; so one server on a database, ever.
 * 2. It adopts living children of a dead predecessor, told by pid and start time, instead of starting seconds.
 * 3. A child that keeps dying is started ever more slowly, and `engine.json` says why.
 * Workers and their spares are looked after in `worker-keeper.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { countOpen, setUpNamespace, type OpenCounts } from './namespace.ts';
import { tryLock } from '../process/lock.ts';
import { answers } from './ports.ts';
import { isAlive, self } from '../process/identity.ts';
import { startServer } from './server.ts';
import {
  hasEngineFile,
  readEngine,
  unwantUnlessSince,
  unwantWorker,
  wantedWorkers,
  wantWorker,
  writeEngine,
  type EngineState,
  type ServerState,
} from './state.ts';
import { markIdle, newerServer } from './database.ts';
import { Backoff } from './backoff.ts';
import { endProcess } from './end.ts';
import { forgetHanded } from './handed-environment.ts';
import { engineLeft } from './left.ts';
import { supervisorLock } from './paths.ts';
import { registered } from './registry.ts';
import { endWorkers, WorkerKeeper, type WorkerKeeperOptions } from './worker-keeper.ts';

/** How often it looks after its children, ms. */
const LOOK_EVERY_MS = 150;

/** How often it counts open work, ms; oftener where the engine is to end itself sooner than that. */
const COUNT_EVERY_MS = 60_000;

/** A workspace that asked for a worker this long before a new supervisor came is still waiting for it, ms. */
const STILL_WANTED_MS = 60_000;

export interface SupervisorOptions extends WorkerKeeperOptions {
  /** Minutes without work after which the engine ends itself; 0: never. */
  readonly idleMinutes: number;
  /** How long a workspace without open tasks keeps its worker after a command last asked for it, ms. */
  readonly workerGraceMs?: number;
}

/** See `workerGraceMs`: a person who looks at what has ended mostly starts something next. */
const WORKER_GRACE_MS = 60_000;

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
  private readonly keeper: WorkerKeeper;
  private readonly serverBackoff = new Backoff();
  private state: EngineState;
  private written = '';
  private idleSince: number | null = null;
  private countedAt = Date.now();
  /** Open workflows at the last count, less what is paused; null where it is not known. */
  private active: number | null = null;
  private counts: OpenCounts | null = null;
  /** Workspaces whose worker was ended for want of open tasks. */
  private readonly dropped = new Set<string>();

  constructor(options: SupervisorOptions, ending: AbortSignal) {
    this.options = options;
    this.ending = ending;
    this.keeper = new WorkerKeeper(options);
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
        const { server, workers } = this.state;
        if (server?.ready === true)
          this.note({
            workers: this.keeper.keep(server, workers, { busy: (id) => this.isBusy(id), dropped: this.dropped }),
          });
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
    await endWorkers(this.state.workers, 30_000);
    const { server } = this.state;
    if (server !== null) {
      await noteIdle(server).catch(() => undefined);
      await endProcess(server, 10_000);
    }
    forgetHanded();
    this.note({ workers: [], problem: null });
  }

  private note(change: Partial<EngineState>): void {
    this.state = { ...this.state, ...change };
    const text = JSON.stringify(this.state);
    if (text !== this.written || !hasEngineFile()) writeEngine(this.state);
    this.written = text;
  }

  private async keepServer(): Promise<void> {
    const { server } = this.state;
    if (server !== null && isAlive(server)) {
      if (!server.ready && (await answers(server.address))) await this.setUp(server);
      return;
    }
    if (!this.serverBackoff.isDue()) return;
    this.serverBackoff.started();
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

  /** Whether calls of a workspace may be made: its tasks are not known to be all paused, or closed since a command last asked. */
  private isBusy(id: string): boolean {
    const count = this.counts?.workspaces.get(id);
    return count === undefined || count.open > count.paused || lastAsked(id) > this.countedAt;
  }

  /**
   * Ends the workers of workspaces that have no open task, a while after a command last asked for one. A workspace that has
   * some after all, because a command started one at that very moment, gets its worker back.
   */
  private dropIdleWorkers({ workspaces }: OpenCounts): void {
    const grace = this.options.workerGraceMs ?? WORKER_GRACE_MS;
    const since = this.countedAt - grace;
    for (const { id, at } of wantedWorkers()) {
      this.dropped.delete(id);
      if (workspaces.get(id)?.open === 0 && at < since && unwantUnlessSince(id, since)) this.dropped.add(id);
    }
    for (const id of this.dropped) {
      const root = registered(id)?.root;
      if ((workspaces.get(id)?.open ?? 0) > 0 && root !== undefined) wantWorker({ id, root });
    }
  }

  private async isIdle(): Promise<boolean> {
    const { server } = this.state;
    const idleMs = this.options.idleMinutes * 60_000;
    const every = Math.min(
      COUNT_EVERY_MS,
      this.options.workerGraceMs ?? COUNT_EVERY_MS,
      idleMs === 0 ? COUNT_EVERY_MS : idleMs / 2,
    );
    const isDue = Date.now() - this.countedAt >= every;
    if (server?.ready !== true || !isDue) return false;
    this.countedAt = Date.now();
    const ids = new Set([...wantedWorkers().map(({ id }) => id), ...this.dropped]);
    const count = await countOpen(server.address, [...ids]);
    this.counts = count;
    this.active = count === null ? null : count.open - count.paused;
    if (count !== null) this.dropIdleWorkers(count);
    if (this.active !== 0) this.idleSince = null;
    else this.idleSince ??= Date.now();
    // A command that came just now is about to start something.
    return idleMs > 0 && this.idleSince !== null && Date.now() - Math.max(this.idleSince, lastAsked()) >= idleMs;
  }
}

/** Lets a newer server have its turn at the next start, where nothing is open in this one's database. */
async function noteIdle({ address, database, version }: ServerState): Promise<void> {
  if ((await newerServer(version)) !== null) markIdle(database, (await countOpen(address))?.open === 0);
}

/** When a command last asked for a worker, ms. */
const lastAsked = (of?: string): number =>
  Math.max(
    0,
    ...wantedWorkers()
      .filter(({ id }) => of === undefined || id === of)
      .map(({ at }) => at),
  );
