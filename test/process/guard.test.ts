import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { tempFolder } from '../helpers/temp.ts';
import { processesWith, testOnLinux, uniqueSleep, untilProcesses } from './survivors.ts';

const GROUP = pathToFileURL(join(PACKAGE_ROOT, 'dist/src/process/group.js')).href;

/** Starts a process of its own that runs a command in a group, and waits until as many of the command's processes sleep. */
async function runner(script: (sleep: string) => string, sleepers: number, then = ''): Promise<Runner> {
  const sleep = uniqueSleep();
  const file = join(tempFolder(), 'runner.mjs');
  const command = JSON.stringify(['sh', '-c', script(sleep)]);
  writeFileSync(
    file,
    `import { runInGroup } from ${JSON.stringify(GROUP)};
     const signal = new AbortController().signal;
     const run = { command: ${command}, cwd: '/', env: process.env, signal, timeoutMs: 60_000, maxOutputBytes: 1000 };
     ${then}
     await runInGroup(run);`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'] });
  const exit = once(child, 'exit');
  const asleep = `sleep\0${sleep}`;
  await untilProcesses(asleep, sleepers);
  return { asleep, sleep, kill: () => child.kill('SIGKILL'), exit };
}

interface Runner {
  readonly sleep: string;
  readonly asleep: string;
  readonly kill: () => boolean;
  readonly exit: Promise<unknown>;
}

testOnLinux('kill -9 of the runner ends the command with its children', async () => {
  const { sleep, kill, exit } = await runner((time) => `sleep ${time} & sleep ${time}`, 2);
  kill();
  await exit;
  await expect(untilProcesses(sleep, 0, 2000)).resolves.toBeUndefined();
});

testOnLinux('kill -9 of the runner ends a command that ignores TERM', async () => {
  const { sleep, kill, exit } = await runner((time) => `trap '' TERM; (sleep ${time} & sleep ${time}; :); :`, 2);
  kill();
  await exit;
  await expect(untilProcesses(sleep, 0, 2000)).resolves.toBeUndefined();
});

testOnLinux('kill -9 of the runner ends a child with a session of its own, and one whose parent is gone', async () => {
  const { sleep, kill, exit } = await runner(
    (time) => `setsid sleep ${time} & (setsid sh -c 'sleep ${time} & exit' &); exec sleep ${time}`,
    3,
  );
  kill();
  await exit;
  await expect(untilProcesses(sleep, 0, 2000)).resolves.toBeUndefined();
});

testOnLinux('kill -9 of the runner ends a child that has cleared its environment, and the mark with it', async () => {
  const { sleep, kill, exit } = await runner((time) => `env -i sleep ${time} & exec sleep ${time}`, 2);
  kill();
  await exit;
  await expect(untilProcesses(sleep, 0, 2000)).resolves.toBeUndefined();
});

testOnLinux('kill -9 of the runner ends only the run that it held', async () => {
  const first = await runner((time) => `sleep ${time}; :`, 1);
  const second = await runner((time) => `sleep ${time}; :`, 1);
  first.kill();
  await untilProcesses(first.sleep, 0, 2000);
  expect(processesWith(second.asleep)).toHaveLength(1);
  second.kill();
  await untilProcesses(second.sleep, 0, 2000);
});

testOnLinux('an exit of the runner leaves nothing behind, a child with a session of its own included', async () => {
  const { sleep, exit } = await runner(
    (time) => `trap '' TERM; setsid sleep ${time} & sleep ${time}; :`,
    2,
    'setTimeout(() => process.exit(3), 1000);',
  );
  expect(await exit).toEqual([3, null]);
  await untilProcesses(sleep, 0, 2000);
});
