import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/store/atomic.ts';
import { keptChanges } from '../../src/store/backups.ts';
import { changeFiles, type FileWrite } from '../../src/store/change-files.ts';
import { tempFolder } from '../helpers/temp.ts';

/** Two files that are to be changed, and one that is to be made; `onRead` is called as often as the first one's text is read. */
function setup(onRead: (time: number, root: string) => void = () => undefined) {
  const root = tempFolder();
  const names = ['lesson', 'meta', 'vocabulary'] as const;
  for (const name of ['lesson', 'meta']) writeFileSync(join(root, name), `old ${name}\n`);
  let reads = 0;
  const files: FileWrite[] = names.map((kind) => {
    const content = `new ${kind}\n`;
    const from = kind === 'vocabulary' ? null : sha256(`old ${kind}\n`);
    const write = { kind, path: kind, from, to: sha256(content), file: join(root, kind), content };
    if (kind !== 'lesson') return write;
    return Object.defineProperty({ ...write }, 'content', {
      get: () => {
        onRead((reads += 1), root);
        return content;
      },
    });
  });
  const folder = join(root, 'kept/r1');
  const change = {
    files,
    guards: [],
    folder,
    round: 1,
    base: 'a',
    candidate: 'b',
    keeps: 'all',
    point: 'apply',
  } as const;
  const texts = (): (string | null)[] =>
    names.map((name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : null));
  return { root, change, texts };
}

test('all files are changed, and recorded as one change', async () => {
  const { root, change, texts } = setup();
  expect(await changeFiles(change)).toBeNull();
  expect(texts()).toEqual(['new lesson\n', 'new meta\n', 'new vocabulary\n']);
  expect(await keptChanges(join(root, 'kept'))).toHaveLength(1);
});

test('an edit that comes between two files is kept, the first file is given back, and no change is recorded', async () => {
  // Its text is read once for the copy and once to be written; right after that the other file is saved by a person.
  const { root, change, texts } = setup((time, folder) => {
    if (time === 2) writeFileSync(join(folder, 'meta'), 'mine\n');
  });
  expect(await changeFiles(change)).toBe('meta');
  expect(texts()).toEqual(['old lesson\n', 'mine\n', null]);
  expect(await keptChanges(join(root, 'kept'))).toEqual([]);
});

test('an edit of a file that stays as it is stops the change as well', async () => {
  const { root, change, texts } = setup();
  writeFileSync(join(root, 'plan'), 'mine\n');
  const guards = [{ path: 'plan', file: join(root, 'plan'), hash: sha256('old\n') }];
  expect(await changeFiles({ ...change, guards })).toBe('plan');
  expect(texts()).toEqual(['old lesson\n', 'old meta\n', null]);
});

test('where all is as it is to be, nothing is recorded', async () => {
  const { root, change } = setup();
  await changeFiles(change);
  expect(await changeFiles({ ...change, folder: join(root, 'again/r1') })).toBeNull();
  expect(await keptChanges(join(root, 'again'))).toEqual([]);
});
