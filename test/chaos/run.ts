/** Plays a schedule on real processes, lets the task end, and checks what must hold whatever befell it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { CliResult } from '../helpers/cli.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { recordsOf } from '../faults/outcomes.ts';
import { pidsOf, type Role } from '../faults/processes.ts';
import { createRig, type Rig } from '../faults/rig.ts';
import { strike } from '../faults/strike.ts';
import { repliesAgain } from './calls.ts';
import { PersonsEdits } from './persons-edits.ts';
import { scheduleOf, type Kind, type Move } from './schedule.ts';

/** Replies that are of no use; each is a value to the loop, none may reach a lesson. */
const GARBAGE: readonly GeminiReply[] = [
  { text: 'Sorry, I cannot help with that.' },
  { text: '===CONTENT_START===\n(rest unchanged)\n===CONTENT_END===' },
  { text: '', finishReason: 'SAFETY' },
  { text: '===CONTENT_START===\nhalf', finishReason: 'MAX_TOKENS' },
];

/** Requests that a retried module may repeat: a review, and rounds of fix and review, each perhaps asked again. */
const CALLS_OF_A_RETRY = 14;

export interface Chaos {
  readonly seed: number;
  readonly minutes: number;
  readonly modules: number;
  /** Latency of a call, ms. */
  readonly latency: number;
}

/** What a run came to, in a line. */
export interface Played {
  readonly moves: Partial<Record<Kind, number>>;
  readonly tasks: number;
  readonly requests: number;
  readonly again: number;
  readonly allowed: number;
  readonly edits: number;
  readonly counts: Record<string, number>;
}

class Player {
  readonly rig: Rig;
  readonly edits: PersonsEdits;
  private readonly modules: number;
  private readonly garble: (replies: number) => void;
  /** Replies that may have to be asked again. */
  allowed = 0;
  /** Requests that came between a stop and the next start. */
  afterStop = 0;
  readonly done: Partial<Record<Kind, number>> = {};

  constructor(rig: Rig, modules: number, garble: (replies: number) => void) {
    this.rig = rig;
    this.modules = modules;
    this.garble = garble;
    this.edits = new PersonsEdits(rig.folder, rig.before);
  }

  async play({ kind, draw }: Move): Promise<void> {
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    const number = 1 + Math.floor(draw * this.modules);
    const ms = 500 + draw * 2500;
    if (kind === 'kill all') return this.kill('worker', 'spare', 'server', 'supervisor');
    if (kind.startsWith('kill ')) return this.kill(kind.slice('kill '.length) as Role);
    if (kind === 'stop') return this.stopAndStart(ms);
    if (kind === 'pause') return this.pauseAndResume(ms, draw < 0.5);
    if (kind === 'retry') return this.retry(number);
    if (kind === 'width') return void (await this.steer('set', 'latest', '--concurrency', String(1 + (number % 16))));
    if (kind === 'garbage') return this.garble(1 + (number % 4));
    if (kind === 'edit') return this.edits.edit(`${String(number).padStart(3, '0')}-module`, `Від людини ${draw}.`);
    this.rig.network.cut();
    await sleep(ms);
    this.rig.network.heal();
  }

  private async kill(...roles: Role[]): Promise<void> {
    const out = await strike(this.rig, pidsOf(this.rig, ...roles));
    // Of the engine's other processes none holds a reply.
    if (roles.includes('worker')) this.allowed += out;
    if (roles.includes('supervisor')) await this.steer('up');
  }

  private async stopAndStart(ms: number): Promise<void> {
    await this.steer('stop', 'latest');
    const stopped = this.rig.server.requests.length;
    await sleep(ms);
    this.afterStop += this.rig.server.requests.length - stopped;
    await this.steer(...this.rig.command, '-b');
  }

  private async pauseAndResume(ms: number, now: boolean): Promise<void> {
    await this.steer('pause', 'latest', ...(now ? ['--now'] : []));
    await sleep(ms);
    await this.steer('resume', 'latest');
  }

  private async retry(number: number): Promise<void> {
    const { code, stdout } = await this.steer('retry', 'latest', '--module', String(number));
    if (code === 0 && !stdout.includes('no change')) this.allowed += CALLS_OF_A_RETRY;
  }

  /** A command of a person; that nothing is there to do (the task has ended) is no failure, a stack trace is. */
  async steer(...args: readonly string[]): Promise<CliResult> {
    const result = await this.rig.run(...args);
    const { code, stderr } = result;
    expect({ args, code, stderr }).toMatchObject({ code: expect.toBeOneOf([0, 1, 2, 3, 8]) });
    expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    return result;
  }
}

/** Plays the schedule of a seed and checks the invariants; throws what does not hold. */
export async function playChaos({ seed, minutes, modules, latency }: Chaos): Promise<Played> {
  let garbled = 0;
  const think = thinkingScript(() => latency);
  const rig = await createRig({
    modules,
    proxied: true,
    script: (request) => {
      if (garbled === 0) return think(request);
      garbled -= 1;
      // Of no use to its task, so a later one asks anew.
      player.allowed += 1;
      return { ...GARBAGE[garbled % GARBAGE.length], delayMs: latency };
    },
  });
  const player = new Player(rig, modules, (replies) => (garbled += replies));
  await rig.begin();
  const begun = Date.now();
  for (const move of scheduleOf(seed, minutes)) {
    await sleep(Math.max(0, begun + move.at - Date.now()));
    await player.play(move);
  }
  return settle(player, modules);
}

/** Lets the task end undisturbed, and checks. */
async function settle(player: Player, modules: number): Promise<Played> {
  const { rig, edits } = player;
  await player.steer('resume', 'latest');
  // What a stop or a terminated task left is taken up by the same command.
  expect(await rig.run(...rig.command)).toMatchObject({ code: expect.toBeOneOf([0, 1]) });
  await until(() => recordsOf(rig.folder).every(({ ended_at }) => ended_at !== null));
  const tasks = recordsOf(rig.folder);
  const sums = tasks.map(({ task_id, counts }) => [task_id, Object.values(counts).reduce((sum, n) => sum + n, 0)]);
  // A retry that comes while no task runs starts one over that module alone.
  expect(sums).toEqual(tasks.map(({ task_id, retry_of: of, total }) => [task_id, of === null ? modules : total]));
  const last = tasks.findLast(({ retry_of: of }) => of === null);
  expect(last).toMatchObject({ status: 'completed', total: modules });
  expect(Object.keys(last?.modules ?? {})).toHaveLength(modules);
  expect(edits.broken()).toEqual([]);
  expect(player.afterStop).toBe(0);
  const again = repliesAgain(rig.server);
  expect(again).toBeLessThanOrEqual(player.allowed);
  await rig.end(edits.broken.bind(edits));
  return {
    moves: player.done,
    tasks: tasks.length,
    requests: rig.server.requests.length,
    again,
    allowed: player.allowed,
    edits: edits.count,
    counts: last?.counts ?? {},
  };
}
