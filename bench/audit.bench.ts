/**
 * How fast the audit is: modules a second in one thread and two, an unchanged track, huge lessons, memory; beside the threads
 * what two processes reach, of the audit and of a bare loop, which no design of ours can better.
 */
import { afterAll, expect, test } from 'vitest';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AuditOptions } from '../src/audit/audit.ts';
import { auditModule } from '../src/audit/audit.ts';
import { createAuditThread } from '../src/audit/thread.ts';
import { auditTrack } from '../src/audit/track/audit-track.ts';
import type { ModuleText } from '../src/domain/module.ts';
import { moduleRefs, readManifest } from '../src/store/manifest.ts';
import { workspaceAt } from '../src/store/workspace.ts';
import { createHome } from '../test/helpers/cli.ts';
import { atOnce, auditOf, bareLoop, type Run } from './at-once.ts';
import { auditWorkspace, MODULES, MODULES_ARE } from './audit-workspace.ts';
import { medianAndRange } from './figures.ts';
import { report } from './results.ts';
import { rounds, sized } from './rounds.ts';

const ROUNDS = rounds(0.25);
const COLD = sized(1000, 10);
const TRACK = 156;
/** Steps of the bare loop: some half a second on a machine of today. */
const STEPS = sized(500_000_000, 1_000_000);
const OPTIONS: AuditOptions = { overrides: {}, wordTarget: 'plan' };
const SIZES_MB = [1.25, 2.5, 5];

const home = createHome();
const roots: string[] = [];

afterAll(async () => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
  await home.close();
});

function workspaceOf(modules: number): string {
  const root = auditWorkspace(modules);
  roots.push(root);
  return root;
}

interface Cold {
  /** Modules a second. */
  readonly rate: number;
  /** Processor time of all threads a module, ms. */
  readonly cpu: number;
  /** Memory at the end over that after a fifth of the time, MB. */
  readonly grown: number;
}

/** A cold audit with so many threads. */
async function cold(root: string, threads: number): Promise<Cold> {
  const workspace = workspaceAt(root);
  for (const folder of [join(workspace.state, 'audit'), join(root, 'b1/status'), join(root, 'b1/audit')])
    rmSync(folder, { recursive: true, force: true });
  const manifest = readManifest(workspace);
  const numbers = Array.from({ length: COLD }, (_, index) => index + 1);
  const modules = moduleRefs(manifest, 'b1', numbers);
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(process.memoryUsage().rss / 2 ** 20), 50);
  const before = process.cpuUsage();
  const started = performance.now();
  const asked = { workspace, folder: manifest.folder, track: 'b1', modules, options: OPTIONS, write: true, threads };
  const results = await auditTrack(asked);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  clearInterval(sampling);
  expect(results.every(({ state }) => state === 'audited')).toBe(true);
  const early = samples[Math.floor(samples.length / 5)] ?? Number.NaN;
  return { rate: COLD / seconds, cpu: (user + system) / 1000 / COLD, grown: (samples.at(-1) ?? Number.NaN) - early };
}

const runOf = ({ rate, cpu }: Cold): Run => ({ wall: (1000 * COLD) / rate, cpu: cpu * COLD });

/** The same work by one process, and halved between two. */
interface Halved {
  readonly one: Run;
  readonly two: Run;
}

async function halvedLoop(): Promise<Halved> {
  return { one: await atOnce([bareLoop(STEPS)]), two: await atOnce([bareLoop(STEPS / 2), bareLoop(STEPS / 2)]) };
}

async function halvedAudit(root: string): Promise<Halved> {
  const half = Math.floor(COLD / 2);
  return {
    one: await atOnce([auditOf(root, 1, COLD)]),
    two: await atOnce([auditOf(root, 1, half), auditOf(root, half + 1, COLD)]),
  };
}

/** A row of what two can reach: their gain, and what keeps it under two. */
function halvedRow(what: string, runs: readonly Halved[]): string[] {
  const of = (value: (run: Halved) => number): string => medianAndRange(runs.map(value));
  return [
    what,
    of(({ one, two }) => one.wall / two.wall),
    of(({ one, two }) => two.cpu / one.cpu),
    of(({ one }) => one.cpu / one.wall),
    of(({ two }) => two.cpu / two.wall),
  ];
}

/** Time of `audit b1` as a whole command over a track in which nothing has changed, ms. */
async function unchanged(root: string): Promise<number> {
  const started = performance.now();
  const { stdout } = await home.run(root, ['audit', 'b1', '--json']);
  const ms = performance.now() - started;
  expect(JSON.parse(stdout)).toMatchObject({ counts: { kept: TRACK } });
  return ms;
}

function hugeModule(megabytes: number, lines: boolean): ModuleText {
  const [files] = MODULES;
  const lesson = files?.lesson ?? '';
  const text = lines ? lesson : lesson.replace(/\s+/g, ' ');
  const bytes = Buffer.byteLength(text);
  return {
    ref: { track: 'b1', slug: 'huge', number: 30 },
    files: {
      lesson: text.repeat(Math.ceil((megabytes * 2 ** 20) / bytes)),
      meta: null,
      activities: files?.activities ?? null,
      vocabulary: files?.vocabulary ?? null,
      plan: null,
    },
  };
}

function hugeMs(megabytes: number, lines: boolean): number {
  const text = hugeModule(megabytes, lines);
  const started = performance.now();
  auditModule(text, OPTIONS);
  return performance.now() - started;
}

/** The longest that the event loop was held while a thread audits real modules and then a huge one, ms. */
async function held(): Promise<{ usual: number; huge: number }> {
  const thread = createAuditThread();
  const texts = MODULES.map((files, index): ModuleText => ({
    ref: { track: 'b1', slug: `m${index}`, number: 30 },
    files,
  }));
  await thread.audit(hugeModule(0.1, true), OPTIONS);
  const longest = async (work: () => Promise<unknown>): Promise<number> => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await work();
    delay.disable();
    return delay.max / 1e6;
  };
  const usual = await longest(() =>
    Promise.all(texts.flatMap((text) => [text, text, text]).map((text) => thread.audit(text, OPTIONS))),
  );
  const huge = await longest(() => thread.audit(hugeModule(5, true), OPTIONS));
  await thread.close();
  return { usual, huge };
}

test('the audit of many modules, of an unchanged track and of huge lessons', async () => {
  const root = workspaceOf(COLD);
  const track = workspaceOf(TRACK);
  await home.run(track, ['audit', 'b1', '--json']);
  const colds = { one: [] as Cold[], two: [] as Cold[] };
  const commands: number[] = [];
  const loops: Halved[] = [];
  const audits: Halved[] = [];
  const threads: Halved[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, two] = [await cold(root, 1), await cold(root, 2)];
    colds.one.push(one);
    colds.two.push(two);
    threads.push({ one: runOf(one), two: runOf(two) });
    audits.push(await halvedAudit(root));
    loops.push(await halvedLoop());
    commands.push(await unchanged(track), await unchanged(track), await unchanged(track));
  }
  const huge = SIZES_MB.map((size) => ({ size, lines: hugeMs(size, true), line: hugeMs(size, false) }));
  const loop = await held();
  const ratio = colds.two.map(({ rate }, index) => rate / (colds.one[index]?.rate ?? Number.NaN));
  const of = (values: readonly Cold[], key: keyof Cold): string =>
    medianAndRange(
      values.map((value) => value[key]),
      1,
    );
  report({
    bench: 'audit',
    title: 'Audit',
    method:
      `The whole audit with its files, over ${MODULES_ARE}, each different by a line. Cold: ${COLD} modules of which none is known, ` +
      `from reading to the last file written, threads started and ended within the time; memory at the end over that after a fifth of the time. ` +
      `Unchanged: \`audit\` as a whole command over a track of ${TRACK} modules.`,
    variables: ['BENCH_ROUNDS', 'BENCH_SIZE'],
    tables: [
      {
        caption: 'Modules a second, median (range); targets: >= 100 in one thread, >= 1.7 times that in two',
        columns: ['threads', 'modules/s', 'ratio', 'processor ms a module', 'memory grown, MB'],
        rows: [
          ['1', of(colds.one, 'rate'), '-', of(colds.one, 'cpu'), of(colds.one, 'grown')],
          ['2', of(colds.two, 'rate'), medianAndRange(ratio), of(colds.two, 'cpu'), of(colds.two, 'grown')],
        ],
      },
      {
        caption:
          'What two reach of the same work on this machine in the same minutes. A gain of two needs two free processors, no more ' +
          'processor time for two than for one, and a run of one that keeps no second processor busy',
        columns: ['work', 'gain of two', 'processor time of two / of one', 'processors busy in one', 'in two'],
        rows: [
          halvedRow('audit, threads', threads),
          halvedRow('audit, processes', audits),
          halvedRow('bare loop, processes', loops),
        ],
      },
      {
        caption: 'An unchanged track as a whole command, ms; target: < 1000',
        columns: ['modules', 'ms'],
        rows: [[String(TRACK), medianAndRange(commands)]],
      },
      {
        caption: 'Huge lessons by size, ms; twice the size must not take much more than twice the time',
        columns: ['MB', 'of many lines', 'of one line'],
        rows: huge.map(({ size, lines, line }) => [String(size), lines.toFixed(0), line.toFixed(0)]),
      },
      {
        caption: 'Longest time that a thread held the event loop of its worker, ms; target: <= 50',
        columns: ['modules', 'ms'],
        rows: [
          ['real-sized', loop.usual.toFixed(1)],
          ['a lesson of 5 MB', loop.huge.toFixed(1)],
        ],
      },
    ],
    raw: { colds, audits, loops, commands, huge, loop },
  });
});
