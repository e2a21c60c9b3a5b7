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

/** Waits for the end, which is that of a run that nothing befell. */
async function endsAsAny(faked: Faked, off: number): Promise<void> {
  const { rig, worker } = faked;
  const expected = await undisturbed(MODULES);
  expect(outcomesOf(await rig.watch())).toEqual(expected.outcomes);
  expect(distinct(rig.server)).toEqual(expected.prompts);
  // The clock was off indeed.
  expect(Math.abs(lastOff(faked) - off)).toBeLessThan(HOUR_S / 2);
  signalOne(worker.pid, 'SIGTERM');
  await rig.end();
}

describe.skipIf(skipped !== undefined).each([HOUR_S, -HOUR_S])(
  `a worker's clock, %i s off${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  (off) => {
    test('from its start: its modules end as any other', async () => {
      await endsAsAny(await begin(off), off);
    });

    test('from the midst of its calls on: none has taken an hour', async () => {
      const faked = await begin(
        0,
        thinkingScript(() => 1000),
      );
      const { requests } = faked.rig.server;
      await until(() => requests.some(({ endedAt }) => endedAt !== null) && faked.rig.server.inFlight > 0, 60_000);
      faked.worker.set(off);
      await endsAsAny(faked, off);
    });

    test('while a provider has asked to wait: all are asked again, and soon', async () => {
      const think = thinkingScript(() => 100);
      const faked = await begin(0, (request) => (request.n === 1 ? rateLimited('5s') : think(request)));
      await until(() => logOf(faked).includes('waiting for google/'), 60_000);
      faked.worker.set(off);
      const set = Date.now();
      await endsAsAny(faked, off);
      expect(Date.now() - set).toBeLessThan(120_000);
    });
  },
);
