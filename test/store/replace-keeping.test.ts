import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceKeeping } from '../../src/store/replace-keeping.ts';
import { tempFolder } from '../helpers/temp.ts';

test('every old file is kept, the first one under the plain name, and the same text changes nothing', async () => {
  const folder = tempFolder();
  const file = join(folder, 'a.json');
  const kept = `${file}.before-rebuild`;
  expect(await replaceKeeping(file, 'one')).toEqual({ file, changed: true, kept: null });
  expect(await replaceKeeping(file, 'one')).toEqual({ file, changed: false, kept: null });
  expect(await replaceKeeping(file, 'two')).toEqual({ file, changed: true, kept });
  expect(await replaceKeeping(file, 'three')).toEqual({ file, changed: true, kept: `${kept}.2` });
  expect(await replaceKeeping(file, 'THREE', (old) => old.toUpperCase() === 'THREE')).toMatchObject({ changed: false });
  expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.json.before-rebuild', 'a.json.before-rebuild.2']);
  expect([file, kept, `${kept}.2`].map((name) => readFileSync(name, 'utf8'))).toEqual(['three', 'one', 'two']);
});
