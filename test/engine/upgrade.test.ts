/** A newer server comes to a machine whose database has open work, and to the same one without. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createHome, type Home } from '../helpers/cli.ts';
import { serverState } from '../helpers/engine-state.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal, TEMPORAL_BINARY } from '../helpers/temporal.ts';
import { versionAnswer, writeScript } from './fake-temporal.ts';

let home: Home;
afterEach(async () => expect(await home.close()).toEqual([]));

/** The real server, said to be a newer one. */
function newerTemporal(): string {
  const script = `case "$1" in --version) echo '${versionAnswer('1.99.0')}' ;; *) exec '${TEMPORAL_BINARY}' "$@" ;; esac`;
  return writeScript(join(home.folder, 'bin/temporal'), script);
}

test.skipIf(noTemporal !== undefined)(
  'it waits while a task is open, and doctor says so; then it gets a database of its own',
  async () => {
    home = createHome({ BATCH_MANAGER_MODEL: 'offline', BATCH_MANAGER_OFFLINE_LATENCY_MS: '60000' });
    const folder = tempWorkspace();
    tinyWorkspace(folder, 1);
    const served = (): string => serverState(home).version;
    await home.run(folder, ['fix-review', 'tiny', '1', '1', '-b']);
    const old = served();
    home.env.BATCH_MANAGER_TEMPORAL = newerTemporal();
    await home.run(folder, ['down', '--now']);
    expect((await home.run(folder, ['up'])).stdout).toMatch(/^fix-review-tiny-1-1-\d+ goes on\n$/);
    expect(served()).toBe(old);
    expect((await home.run(folder, ['doctor'])).stdout).toMatch(
      /database .*served by the server that made it.*server 1\.99\.0 takes over/,
    );
    expect((await home.run(folder, ['stop', 'latest'])).code).toBe(0);
    await home.run(folder, ['down']);
    expect((await home.run(folder, ['up'])).code).toBe(0);
    expect(served()).toBe('1.99.0');
    expect(existsSync(join(home.folder, `state/batch-manager/temporal-${old}.db`))).toBe(true);
    expect((await home.run(folder, ['doctor'])).stdout).not.toContain('takes over');
  },
  120_000,
);
