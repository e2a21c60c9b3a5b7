import { expect, test } from 'vitest';
import { moduleHashes, modulePaths, readModule } from '../../src/store/module-files.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const ref = { track: 'b1', slug: '06-aspect', number: 6 };

test('missing sidecars are null, and a module without a lesson is read, too', async () => {
  const root = tempWorkspace({ 'b1/meta/06-aspect.yaml': 'module: b1-06\n' });
  const { text, hashes } = await readModule(await modulePaths(root, ref));
  expect(text.files).toEqual({ lesson: null, meta: 'module: b1-06\n', activities: null, vocabulary: null, plan: null });
  expect(hashes.lesson).toBeNull();
});

test('a later layout without the number in the stem is found by the bare slug', async () => {
  const root = tempWorkspace({ 'b1/aspect.md': '# A\n', 'plans/b1/aspect.yaml': 'module: aspect\n' });
  const { text } = await readModule(await modulePaths(root, ref));
  expect(text.files.lesson).toBe('# A\n');
  expect(text.files.plan).toBe('module: aspect\n');
});

test('the hash is over the bytes: a byte that is no UTF-8 counts, and so does a carriage return', async () => {
  const hashOf = async (bytes: Uint8Array | string): Promise<string> => {
    const root = tempWorkspace({ 'b1/06-aspect.md': bytes });
    return moduleHashes(await modulePaths(root, ref)).hash;
  };
  const hashes = await Promise.all([
    hashOf('a\n'),
    hashOf('a\r\n'),
    hashOf(Buffer.from([0x61, 0xff])),
    hashOf('a\ufffd'),
  ]);
  expect(new Set(hashes).size).toBe(4);
});
