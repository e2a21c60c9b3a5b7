/** Many modules, and everything killed in the middle of them. FAULT_SCALE sets their number; 10000 for the full proof. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { serverState } from '../helpers/engine-state.ts';
import { pidsOf, signalOne } from './processes.ts';
import { distinct, inHand, moduleOf } from './requests.ts';
import { createRig, type Rig } from './rig.ts';

const MODULES = Number(process.env.FAULT_SCALE ?? 300);
const CONCURRENCY = 16;
/** Over how many modules the rate is taken at the beginning and at the end. */
const SHARE = Math.min(1000, Math.ceil(MODULES / 10));

/** Longest that a batch may take, ms: at three modules a second. */
const LONGEST_MS = 60_000 + MODULES * 330;

/** When each module's last request was answered, ms, in order. */
function ends({ server }: Rig): number[] {
  const last = new Map<string, number>();
  for (const { prompt, endedAt } of server.requests)
    if (endedAt !== null) last.set(moduleOf(prompt), Math.max(endedAt, last.get(moduleOf(prompt)) ?? 0));
  return [...last.values()].toSorted((a, b) => a - b);
}

function databaseMb({ home }: Rig): string {
  const { database } = serverState(home);
  const files = readdirSync(dirname(database)).map((name) => join(dirname(database), name));
  const bytes = files.filter((file) => file.startsWith(database)).reduce((sum, file) => sum + statSync(file).size, 0);
  return (bytes / 2 ** 20).toFixed(0);
}

describe.skipIf(noTemporal !== undefined)('many modules', () => {
  test(
    `${MODULES}, free calls, everything killed in the middle: all pass, and only what was out is asked again`,
    async () => {
      const rig = await createRig({ modules: MODULES, latency: () => 0 });
      const { server } = rig;
      await rig.begin('--concurrency', String(CONCURRENCY));
      await until(() => server.requests.length > 1.25 * MODULES, LONGEST_MS);
      for (const pid of pidsOf(rig, 'cli', 'worker', 'spare', 'server', 'supervisor')) signalOne(pid, 'SIGKILL');
      const killed = Date.now();
      const out = inHand(server, killed);
      const record = await rig.watch();
      expect(Object.values(record.counts).reduce((sum, count) => sum + count, 0)).toBe(MODULES);
      expect(Object.keys(record.counts).filter((outcome) => !/^(FIXED|PASS_ON_REVIEW)$/.test(outcome))).toEqual([]);
      expect(server.maxInFlight).toBeLessThanOrEqual(CONCURRENCY);
      expect(server.requests.length - distinct(server).size).toBeLessThanOrEqual(out);
      const times = ends(rig);
      const rate = (from: number, to: number): string =>
        (((to - from) * 1000) / ((times[to - 1] ?? 0) - (times[from] ?? 0))).toFixed(1);
      console.log(
        `${MODULES} modules: ${rate(0, SHARE)} a second in the first ${SHARE}, ${rate(MODULES - SHARE, MODULES)} in the last; ` +
          `stood still for ${((times.find((at) => at > killed + 200) ?? 0) - killed) / 1000} s after the kill; ` +
          `${server.requests.length - distinct(server).size} of ${out} requests again; database ${databaseMb(rig)} MB`,
      );
      await rig.end();
    },
    LONGEST_MS + 120_000,
  );
});
