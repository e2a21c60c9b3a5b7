import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runInGroup, type GroupRun } from '../../src/process/group.ts';
import { tempFolder } from '../helpers/temp.ts';
import { processesWith, testOnLinux, uniqueSleep, untilProcesses } from './survivors.ts';

const never = new AbortController().signal;

function run(command: readonly string[], options: Partial<GroupRun> = {}): ReturnType<typeof runInGroup> {
  const defaults = { cwd: tmpdir(), env: process.env, signal: never, timeoutMs: 20_000, maxOutputBytes: 10_000 };
  return runInGroup({ command, ...defaults, ...options });
}

const sh = (script: string): readonly string[] => ['sh', '-c', script];

describe('a command that ends by itself', () => {
  test('gives its output, its errors and its exit code', async () => {
    expect(await run(sh('echo out; echo err >&2; exit 3'))).toEqual({
      exitCode: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      timedOut: false,
      truncated: false,
      outputEnded: false,
    });
  });

  test('gives the signal that killed it', async () => {
    expect(await run(sh('kill -SEGV $$'))).toMatchObject({ exitCode: null, signal: 'SIGSEGV', timedOut: false });
  });

  test('reads the text that it is given as its input', async () => {
    const stdin = 'довгий текст '.repeat(20_000);
    expect((await run(['wc', '-c'], { stdin })).stdout.trim()).toBe(String(Buffer.byteLength(stdin)));
  });

  test('has an empty input where none is given', async () => {
    expect((await run(['cat'])).exitCode).toBe(0);
  });

  test('may leave its input unread', async () => {
    expect((await run(['true'], { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  test('gets its arguments as they are', async () => {
    const args = ['$(touch x)', 'a b', "it's", '', '*', '-n'];
    expect((await run(['printf', '[%s]', ...args])).stdout).toBe(args.map((arg) => `[${arg}]`).join(''));
  });

  testOnLinux('does not have the pipe that guards it', async () => {
    expect(await run(sh('test ! -e /proc/$$/fd/3'))).toMatchObject({ exitCode: 0 });
  });

  testOnLinux('may wait for all children that it has, and has none but its own', async () => {
    expect(await run([process.execPath, '-e', CHILDREN])).toMatchObject({ exitCode: 0, stdout: '' });
  });

  testOnLinux('leaves no child in the background behind', async () => {
    const sleep = uniqueSleep();
    const result = await run(sh(`sleep ${sleep} & echo started`));
    expect(result).toMatchObject({ exitCode: 0, stdout: 'started\n' });
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('leaves no child with a session of its own behind', async () => {
    const sleep = uniqueSleep();
    await run(sh(`setsid sleep ${sleep} & sleep 0.2; echo started`));
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('leaves no child behind that has cleared its environment, and the mark with it', async () => {
    const sleep = uniqueSleep();
    await run(sh(`env -i sleep ${sleep} & sleep 0.2; echo started`));
    expect(processesWith(sleep)).toEqual([]);
  });

  test('is not waited for beyond its exit by a child that holds its output open', async () => {
    const started = Date.now();
    await run(sh(`sleep ${uniqueSleep()} & exit 0`));
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

/** Prints the children of this process, by /proc. */
const CHILDREN = `process.stdout.write(require('fs').readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'))`;

describe('an abort', () => {
  testOnLinux('before the start starts nothing and rejects with its reason', async () => {
    const reason = new Error('stopped');
    const sleep = uniqueSleep();
    await expect(run(['sleep', sleep], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('ends the whole group and rejects with its reason', async () => {
    const { sleep, rejected } = await aborted((time) => sh(`sleep ${time} & sleep ${time}`), 2);
    expect(rejected.reason).toBe('the reason');
    expect(rejected.ms).toBeLessThan(1000);
    expect(processesWith(sleep)).toEqual([]);
  });

  test('lets a command that handles TERM finish its work', async () => {
    const controller = new AbortController();
    const script = `trap 'sleep 0.2; exit 7' TERM; echo ready; while :; do sleep 0.05; done`;
    const running = run(sh(script), { signal: controller.signal });
    setTimeout(() => controller.abort('the reason'), 300);
    const started = Date.now();
    await expect(running).rejects.toBe('the reason');
    expect(Date.now() - started).toBeGreaterThanOrEqual(450);
  });

  testOnLinux('kills a shell that ignores TERM, with its children and theirs, within four seconds', async () => {
    const { sleep, rejected } = await aborted(
      (time) => sh(`trap '' TERM; (trap '' TERM; sleep ${time} & sleep ${time}; :) & sleep ${time}; :`),
      3,
    );
    expect(rejected.ms).toBeGreaterThan(1900);
    expect(rejected.ms).toBeLessThan(4000);
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('kills a child that has a session of its own', async () => {
    const { sleep, rejected } = await aborted((time) => sh(`setsid sleep ${time} & exec sleep ${time}`), 2);
    expect(rejected.ms).toBeLessThan(1000);
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('kills a child with a session of its own whose parent is gone', async () => {
    const { sleep } = await aborted((time) => sh(`(setsid sh -c 'sleep ${time} & exit' &); exec sleep ${time}`), 2);
    expect(processesWith(sleep)).toEqual([]);
  });

  /** Starts a command, waits until as many of its processes sleep, aborts, and tells how it was rejected. */
  async function aborted(
    command: (sleep: string) => readonly string[],
    sleepers: number,
  ): Promise<{ sleep: string; rejected: { reason: unknown; ms: number } }> {
    const sleep = uniqueSleep();
    const controller = new AbortController();
    const running = run(command(sleep), { signal: controller.signal }).catch((reason: unknown) => ({ reason }));
    await untilSleepers(sleep, sleepers);
    const at = Date.now();
    controller.abort('the reason');
    const { reason } = (await running) as { reason: unknown };
    return { sleep, rejected: { reason, ms: Date.now() - at } };
  }

  /** The shell's own command line holds the number too, so only those that run `sleep` itself count. */
  async function untilSleepers(sleep: string, wanted: number): Promise<void> {
    await untilProcesses(`sleep\0${sleep}`, wanted);
  }
});

describe('a time-out', () => {
  testOnLinux('ends the command and says so', async () => {
    const sleep = uniqueSleep();
    const result = await run(sh(`echo begun; sleep ${sleep} & sleep ${sleep}`), { timeoutMs: 200 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGTERM', stdout: 'begun\n' });
    expect(processesWith(sleep)).toEqual([]);
  });

  testOnLinux('kills a command that ignores TERM', async () => {
    const sleep = uniqueSleep();
    const result = await run(sh(`trap '' TERM; while :; do sleep ${sleep}; done`), { timeoutMs: 200 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(processesWith(sleep)).toEqual([]);
  });

  test('and an abort after it give one TERM, and the abort does not put off KILL', async () => {
    const cwd = tempFolder();
    const controller = new AbortController();
    const script = `trap 'echo TERM >>terms' TERM; while :; do sleep 0.05; done`;
    const running = run(sh(script), { cwd, signal: controller.signal, timeoutMs: 300 });
    setTimeout(() => controller.abort('the reason'), 1300);
    const started = Date.now();
    await expect(running).rejects.toBe('the reason');
    expect(Date.now() - started).toBeLessThan(3200);
    expect(readFileSync(join(cwd, 'terms'), 'utf8')).toBe('TERM\n');
  });

  test('of more milliseconds than a timer holds does not fire at once', async () => {
    expect(await run(sh('sleep 0.2; echo done'), { timeoutMs: 30 * 24 * 3600 * 1000 })).toMatchObject({
      timedOut: false,
      stdout: 'done\n',
    });
  });
});

describe('output', () => {
  test('beyond the limit keeps its end and says that it was cut', async () => {
    const result = await run(sh('seq 1 20000; echo last'), { maxOutputBytes: 100 });
    expect(result.truncated).toBe(true);
    expect(Buffer.byteLength(result.stdout)).toBeLessThanOrEqual(100);
    expect(result.stdout.endsWith('20000\nlast\n')).toBe(true);
  });

  test('of exactly the limit is whole', async () => {
    expect(await run(['printf', '1234567890'], { maxOutputBytes: 10 })).toMatchObject({
      stdout: '1234567890',
      truncated: false,
    });
  });

  test('is not cut within a character', async () => {
    const result = await run(['printf', 'їжак їжак'], { maxOutputBytes: 8 });
    expect(result.stdout).toBe('їжак');
    expect(result.truncated).toBe(true);
  });

  test('beyond the limit ends the command where that is asked for', async () => {
    const result = await run(['yes'], { maxOutputBytes: 1000, endBeyondMaxOutput: true });
    expect(result).toMatchObject({ outputEnded: true, truncated: true, timedOut: false, signal: 'SIGTERM' });
  });

  test('without end does not fill the memory', async () => {
    const result = await run(['yes'], { timeoutMs: 300, maxOutputBytes: 1000 });
    expect(result.timedOut).toBe(true);
    expect(result.stdout.length).toBe(1000);
  });
});

describe('a command that cannot be started', () => {
  test('is refused by its name', async () => {
    await expect(run(['no-such-program-here'])).rejects.toMatchObject({
      type: 'BadRequest',
      message: "cannot run 'no-such-program-here': not found in PATH",
    });
  });

  test('is refused where its file is not executable', async () => {
    const file = join(tempFolder(), 'audit.sh');
    writeFileSync(file, 'exit 0\n', { mode: 0o644 });
    await expect(run([file])).rejects.toMatchObject({
      type: 'BadRequest',
      message: `cannot run '${file}': ${file} is not executable (try: chmod +x)`,
    });
  });

  test('is refused where its path leads to nothing', async () => {
    await expect(run(['./no/such'], { cwd: '/tmp' })).rejects.toMatchObject({
      type: 'BadRequest',
      message: "cannot run './no/such': there is no /tmp/no/such",
    });
  });

  test('is refused where its folder does not exist', async () => {
    await expect(run(['true'], { cwd: '/no/such/folder' })).rejects.toMatchObject({ type: 'BadRequest' });
  });
});
