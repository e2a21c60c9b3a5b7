/** The clock of a worker alone is off or is set; the server is a Go program, which no library can give another time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseLogLine } from '../../src/domain/log-line.ts';
import { rateLimited } from '../helpers/gemini-reply.ts';
import type { GeminiScript } from '../helpers/gemini-server.ts';
import { noTemporal, startTestServer } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { noFaketime, startFaked, type FakedWorker } from './faked-clock.ts';
import { outcomesOf } from './outcomes.ts';
import { signalOne } from './processes.ts';
import { distinct } from './requests.ts';
import { createRig, type Rig } from './rig.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 8;
const HOUR_S = 3600;

const skipped = noTemporal ?? noFaketime;

interface Faked {
  readonly rig: Rig;
  readonly worker: FakedWorker;
  readonly taskId: string;
}

/** Starts a task under limits that an hour would break, on a worker whose clock is so many seconds off. */
async function begin(seconds: number, script?: GeminiScript): Promise<Faked> {
  const temporal = await startTestServer();
  onTestFinished(() => temporal.close());
  const settings = 'call-timeout: 60s\nmodule-timeout: 120s\n';
  const env = { TEMPORAL_ADDRESS: temporal.address };
  const rig = await createRig({ modules: MODULES, settings, env, ...(script === undefined ? {} : { script }) });
  const worker = startFaked(rig, seconds);
  return { rig, worker, taskId: await rig.begin() };
}

function logOf({ rig, taskId }: Faked): string {
  const file = join(rig.folder, 'tasks', `${taskId}.output`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** How far the clock of the log's last line is off, s. */
function lastOff(faked: Faked): number {
  const last = parseLogLine(logOf(faked).trimEnd().split('\n').at(-1) ?? '');
  return (Date.parse(last?.at ?? '') - Date.now()) / 1000;
}

interface End {
  readonly outcomes: Record<string, string>;
  readonly prompts: ReadonlySet<string>;
  /** How far the clock was off in the end, to the hour. */
  readonly off: number;
}

/** What is to come of a task whose worker's clock is off by so many seconds: what comes of any other. */
const asAnyOther = async (off: number): Promise<End> => {
  const { outcomes, prompts } = await undisturbed(MODULES);
  return { outcomes, prompts, off };
};

/** Waits for the end of the task, and ends the rest. */
async function endOf(faked: Faked): Promise<End> {
  const { rig, worker } = faked;
  const outcomes = outcomesOf(await rig.watch());
  const off = Math.round(lastOff(faked) / HOUR_S) * HOUR_S;
  signalOne(worker.pid, 'SIGTERM');
  await rig.end();
  return { outcomes, prompts: distinct(rig.server), off };
}

describe.skipIf(skipped !== undefined).each([HOUR_S, -HOUR_S])(
  `a worker's clock, %i s off${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  (off) => {
    test('from its start: its modules end as any other', async () => {
      expect(await endOf(await begin(off))).toEqual(await asAnyOther(off));
    });

    test('from the midst of its calls on: none has taken an hour', async () => {
      const faked = await begin(
        0,
        thinkingScript(() => 1000),
      );
      const { requests } = faked.rig.server;
      await until(() => requests.some(({ endedAt }) => endedAt !== null) && faked.rig.server.inFlight > 0, 60_000);
      faked.worker.set(off);
      expect(await endOf(faked)).toEqual(await asAnyOther(off));
    });

    test('while a provider has asked to wait: all are asked again, and soon', async () => {
      const think = thinkingScript(() => 100);
      const faked = await begin(0, (request) => (request.n === 1 ? rateLimited('5s') : think(request)));
      await until(() => logOf(faked).includes('waiting for google/'), 60_000);
      faked.worker.set(off);
      const set = Date.now();
      expect(await endOf(faked)).toEqual(await asAnyOther(off));
      expect(Date.now() - set).toBeLessThan(120_000);
    });
  },
);
