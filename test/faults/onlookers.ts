import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { CliResult } from '../helpers/cli.ts';
import type { Rig } from './rig.ts';

/** `watch` and, again and again, `show`, as a person has them open meanwhile. */
export interface Onlookers {
  /** Times that `show` was run. */
  looks(): number;
  /** Waits for both; `watch` has seen the end, and no `show` failed. */
  end(): Promise<void>;
}

/** Starts them on the task that runs. */
export function onlookers(rig: Rig): Onlookers {
  const watching = rig.start('watch', 'latest');
  const shown: CliResult[] = [];
  const ended = new AbortController();
  const showing = (async () => {
    while (!ended.signal.aborted) {
      shown.push(await rig.run('show', 'latest'));
      await sleep(1500, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  onTestFinished(async () => {
    ended.abort();
    await showing;
  });
  return {
    looks: () => shown.length,
    async end() {
      expect(await watching.result).toMatchObject({ code: 0 });
      ended.abort();
      await showing;
      expect(shown.filter(({ code }) => code !== 0)).toEqual([]);
    },
  };
}
