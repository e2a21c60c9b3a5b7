import { spawn, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isAlive, processId, self } from '../../src/process/identity.ts';
import { until } from '../helpers/until.ts';

test('this process is alive, and another that has its pid is not it', () => {
  expect(isAlive(self())).toBe(true);
  expect(isAlive({ ...self(), startTime: 'another' })).toBe(false);
});

test('a process that has ended is dead', () => {
  const { pid } = spawnSync('true');
  expect(processId(pid)).toBeNull();
  expect(processId(0)).toBeNull();
  expect(processId(-1)).toBeNull();
});

test('a zombie counts as dead', async () => {
  // The shell's child ends, and nobody waits for it: exec keeps the parent's pid and reaps nothing.
  const shell = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 5'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = await new Promise<number>((done) =>
    shell.stdout.once('data', (chunk: Buffer) => done(Number(chunk.toString()))),
  );
  await until(() => processId(pid) === null, 3000);
  shell.kill('SIGKILL');
  expect(processId(pid)).toBeNull();
});
