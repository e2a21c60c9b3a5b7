/** What a kill -9 of the worker costs: time to the first retried call, and replies that are paid again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskClient } from '../src/client/task-client.ts';
import { keptReplies } from '../test/helpers/kept-replies.ts';
import { ON_THE_WAY_MS } from '../test/faults/strike.ts';
import { until } from '../test/helpers/until.ts';
import { spread } from './figures.ts';
import { CALLS_A_MODULE } from './model-server.ts';
import { report } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { rounds } from './rounds.ts';

const KILLS = rounds();
const AUDIT_KILLS = rounds();
const IN_FLIGHT = 8;
const LATENCY_MS = 1500;
/** Kills in the life of an engine: it starts a worker that keeps dying ever more slowly, and that is not what is measured. */
const KILLS_AN_ENGINE = 4;
const MODULES_AN_ENGINE = 40;

/** Items of a vocabulary that keeps the audit for over 0.3 s and under the 2 s of a step. */
const LONG_ITEMS = 20_000;

/** Longest that a killed worker's work may stand still, ms. */
const STUCK_MS = 60_000;

interface Kill {
  /** To the first call after it, ms. */
  readonly toFirstCall: number;
  /** To the first call with as many in flight as at the kill, ms. */
  readonly toAllCalls: number;
  /** Calls that had no reply on disk: they were in flight, or their reply had only just left the model. */
  readonly lost: number;
}

let rig: Rig;
/** Calls that all kills so far have cost. */
let lost = 0;
/** Next module that no run has taken yet. */
let next = 1;

let settings = '';

beforeAll(async () => {
  rig = await createRig(2 * Math.ceil(KILLS / KILLS_AN_ENGINE) * MODULES_AN_ENGINE + AUDIT_KILLS);
  settings = readFileSync(settingsFile(), 'utf8');
});

const settingsFile = (): string => join(rig.workspace.root, 'batch-manager.yaml');

/** Has the next engine keep a spare worker, or none. */
const withSpare = (spare: boolean): void => writeFileSync(settingsFile(), `${settings}engine: { spare: ${spare} }\n`);

afterAll(() => rig.close());

/** Kills the worker that has calls in flight and waits for the calls of its successor. */
async function kill(): Promise<Kill> {
  const { gemini } = rig.model;
  const inFlight = gemini.inFlight;
  const lostBefore = lost;
  const before = gemini.requests.length;
  const { worker } = rig.engine();
  const killed = Date.now();
  process.kill(worker, 'SIGKILL');
  await sleep(ON_THE_WAY_MS);
  // What has no reply on disk now has to be asked again; nothing else has.
  lost = gemini.requests.length - keptReplies(rig.workspace.root);
  await until(() => gemini.requests.length > before, STUCK_MS);
  const toFirstCall = (gemini.requests[before]?.startedAt ?? Number.NaN) - killed;
  await until(() => gemini.inFlight === Math.max(1, inFlight), STUCK_MS);
  return { toFirstCall, toAllCalls: Date.now() - killed, lost: lost - lostBefore };
}

/** A task with some kills; gives them, and the replies that were paid again. */
async function killsOfOneEngine(
  client: TaskClient,
  count: number,
  spare: boolean,
): Promise<{ kills: readonly Kill[]; paidAgain: number }> {
  const { model } = rig;
  const { requests } = model.gemini;
  const requestsBefore = requests.length;
  model.latencyMs = LATENCY_MS;
  const taskId = await rig.start(client, next, next + MODULES_AN_ENGINE - 1, IN_FLIGHT);
  next += MODULES_AN_ENGINE;
  const kills: Kill[] = [];
  for (let done = 0; done < count; done += 1) {
    await until(() => model.gemini.inFlight === IN_FLIGHT);
    // At another moment of the calls each time.
    await sleep(2500 + (LATENCY_MS * done) / count);
    if (spare) await until(() => rig.engine().spareWarm, STUCK_MS);
    await until(() => model.gemini.inFlight === IN_FLIGHT);
    kills.push(await kill());
  }
  model.latencyMs = 0;
  expect(await client.closed(taskId)).toMatchObject({ result: { counts: { FIXED: MODULES_AN_ENGINE } } });
  const inHand = kills.reduce((sum, one) => sum + one.lost, 0);
  return { kills, paidAgain: requests.length - requestsBefore - MODULES_AN_ENGINE * CALLS_A_MODULE - inHand };
}

/** A vocabulary that the audit takes half a second over: to place the error at its end it reads the file by a slower way. */
function writeLongVocabulary(module: number): void {
  const slug = `${String(module).padStart(3, '0')}-module`;
  const items = Array.from({ length: LONG_ITEMS }, (_, n) => `- lemma: слово ${n}\n  translation: word\n`);
  const file = join(rig.workspace.root, `tiny/vocabulary/${slug}.yaml`);
  writeFileSync(file, `module: ${slug}\nitems:\n${items.join('')}- lemma: a: b\n`);
}

/** Files in a folder of the workspace's state, at any depth. */
function stored(folder: string): number {
  const path = join(rig.workspace.root, '.batch-manager', folder);
  return existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).length
    : 0;
}

interface AuditKill {
  readonly toFirstCall: number;
  /** False where the audit had ended before the kill. */
  readonly hit: boolean;
}

/** Kills the worker within the audit step of a module: after its files were read and before there is a report. */
async function killInAudit(client: TaskClient): Promise<AuditKill> {
  const { requests } = rig.model.gemini;
  writeLongVocabulary(next);
  const [versions, reports, before] = [stored('work/versions'), stored('audits'), requests.length];
  const taskId = await rig.start(client, next, next, IN_FLIGHT);
  next += 1;
  await until(() => stored('work/versions') > versions);
  await sleep(100);
  const { worker } = rig.engine();
  const killed = Date.now();
  process.kill(worker, 'SIGKILL');
  const hit = stored('audits') === reports;
  await until(() => requests.length > before, STUCK_MS);
  await client.cancel(taskId);
  await client.closed(taskId);
  return { toFirstCall: (requests[before]?.startedAt ?? Number.NaN) - killed, hit };
}

/** Runs a group of kills on an engine that has not seen any. */
async function onFreshEngine<T>(run: (client: TaskClient) => Promise<T>): Promise<T> {
  const client = await rig.connect();
  const result = await run(client);
  await client.close();
  expect(await rig.home.run(rig.workspace.root, ['down'])).toMatchObject({ code: 0 });
  return result;
}

/** Sizes of the groups that so many kills are done in. */
const groups = (kills: number): readonly number[] =>
  Array.from({ length: Math.ceil(kills / KILLS_AN_ENGINE) }, (_, group) =>
    Math.min(KILLS_AN_ENGINE, kills - group * KILLS_AN_ENGINE),
  );

const seconds = (values: readonly number[]): string[] => {
  const { n, min, p50, p95, max } = spread(values);
  return [String(n), ...[min, p50, p95, max].map((value) => (value / 1000).toFixed(2))];
};

test('kill -9 of the worker, with calls in flight and within an audit', async () => {
  const killed: (Awaited<ReturnType<typeof killsOfOneEngine>> & { readonly spare: boolean })[] = [];
  for (const count of groups(KILLS)) {
    for (const spare of [true, false]) {
      withSpare(spare);
      killed.push({ spare, ...(await onFreshEngine((client) => killsOfOneEngine(client, count, spare))) });
    }
  }
  const kills = (spare: boolean): Kill[] => killed.flatMap((group) => (group.spare === spare ? group.kills : []));
  const sum = (value: (group: (typeof killed)[number]) => number): number =>
    killed.reduce((total, group) => total + value(group), 0);

  rig.model.latencyMs = 60_000;
  const audits: AuditKill[] = [];
  for (const count of groups(AUDIT_KILLS)) {
    await onFreshEngine(async (client) => {
      for (let done = 0; done < count; done += 1) audits.push(await killInAudit(client));
    });
  }
  const hits = audits.filter(({ hit }) => hit);

  report({
    bench: 'resume',
    title: 'Resume after kill -9',
    method:
      `The worker of a running task is killed with ${IN_FLIGHT} calls of ${LATENCY_MS} ms in flight, ${KILLS_AN_ENGINE} times an engine at most: one that keeps dying is started more slowly. ` +
      'Paid again are the requests beyond those that the modules need and those that had no reply on disk at a kill: in flight, or just answered. ' +
      `${hits.length} of ${audits.length} kills during an audit hit it before its report was there.`,
    variables: ['BENCH_ROUNDS'],
    tables: [
      {
        caption: 'From the kill, s',
        columns: ['kill', 'until', 'target', 'n', 'min', 'p50', 'p95', 'max'],
        rows: [
          ...[true, false].flatMap((spare) => {
            const name = `calls in flight, ${spare ? 'with a warm spare' : 'without a spare'}`;
            const first = kills(spare).map((one) => one.toFirstCall);
            const all = kills(spare).map((one) => one.toAllCalls);
            return [
              [name, 'first retried call', `p50 <= ${spare ? '0.6' : '1.5'}, p95 <= 3`, ...seconds(first)],
              [name, 'as many in flight again', '-', ...seconds(all)],
            ];
          }),
          ['in a local activity', 'first call', '<= 5', ...seconds(hits.map((one) => one.toFirstCall))],
        ],
      },
      {
        caption: 'Replies',
        columns: ['kills', 'calls without a kept reply at the kills', 'paid again', 'target'],
        rows: [
          [
            String(sum((group) => group.kills.length)),
            String(sum((group) => group.kills.reduce((calls, one) => calls + one.lost, 0))),
            String(sum((group) => group.paidAgain)),
            '0',
          ],
        ],
      },
    ],
    raw: { killed, audits },
  });
});
