import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryOf, writeAtomic } from '../../src/store/atomic.ts';
import { sweepTemporary } from '../../src/store/sweep.ts';
import { tempFolder } from '../helpers/temp.ts';

test('a file is made with its folders, replaced with its mode kept, and nothing is left beside it', async () => {
  const file = join(tempFolder(), 'a/b/x.md');
  await writeAtomic(file, 'один');
  chmodSync(file, 0o640);
  await writeAtomic(file, Buffer.from('два'));
  expect(readFileSync(file, 'utf8')).toBe('два');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(join(file, '..'))).toEqual(['x.md']);
});

test('a symbolic link stays one: what it points to is replaced', async () => {
  const folder = tempFolder();
  const [real, link] = [join(folder, 'real.md'), join(folder, 'link.md')];
  writeFileSync(real, 'old');
  symlinkSync(real, link);
  await writeAtomic(link, 'new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toBe('new');
});

test('a write that fails leaves the old file and no temp file', async () => {
  const folder = join(tempFolder(), 'x.md');
  mkdirSync(folder);
  await expect(writeAtomic(folder, 'text')).rejects.toThrow('EISDIR');
  expect(readdirSync(join(folder, '..'))).toEqual(['x.md']);
});

test('temp files of dead processes are swept; those of living ones and files of people stay', async () => {
  const folder = tempFolder();
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const names = [
    `.batch-manager-tmp-${dead}-0123456789ab`,
    `.batch-manager-tmp-${process.pid}-0123456789ab`,
    'lesson.md.20261124',
    `.batch-manager-tmp-${dead}`,
  ];
  mkdirSync(join(folder, 'below'));
  for (const name of names) for (const at of ['.', 'below']) writeFileSync(join(folder, at, name), '');
  expect(names.map(temporaryOf)).toEqual([dead, process.pid, null, null]);
  expect(await sweepTemporary(folder, false)).toBe(1);
  expect(await sweepTemporary(folder, true)).toBe(1);
  expect(readdirSync(folder).toSorted()).toEqual([...names.slice(1), 'below'].toSorted());
  expect(await sweepTemporary(join(folder, 'nowhere'), true)).toBe(0);
});
