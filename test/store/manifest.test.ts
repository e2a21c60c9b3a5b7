import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createManifestReader, moduleRefs, readManifest, trackModules } from '../../src/store/manifest.ts';
import { findWorkspace, workspaceAt } from '../../src/store/workspace.ts';
import { manifestText, tempWorkspace, writeTree } from '../helpers/curriculum.ts';

const PATH = 'curriculum/l2-uk-en/curriculum.yaml';

test('the manifest two folders down is found from the top and from inside', () => {
  const root = tempWorkspace({
    [PATH]: manifestText('b2-hist', ['khozary', 'oleh-ihor']),
    'curriculum/l2-uk-en/b2-hist/khozary.md': '',
  });
  for (const from of [root, join(root, 'curriculum/l2-uk-en/b2-hist')]) {
    const workspace = findWorkspace(from);
    expect(workspace.root).toBe(root);
    expect(trackModules(readManifest(workspace), 'b2-hist')).toEqual(['khozary', 'oleh-ihor']);
  }
});

test('a settings file marks the workspace before the repository does', () => {
  const root = tempWorkspace({ 'course/batch-manager.yaml': '', 'course/tracks/x.md': '' });
  expect(findWorkspace(join(root, 'course/tracks')).root).toBe(join(root, 'course'));
});

test('without a manifest the message says where it was looked for and how to name it', () => {
  const root = tempWorkspace();
  expect(() => readManifest(workspaceAt(root))).toThrow(
    /No curriculum\.yaml in .* or up to 3 folders below[^]*manifest: path/,
  );
});

test('several manifests are listed', () => {
  const root = tempWorkspace({ 'a/curriculum.yaml': '', 'b/curriculum.yaml': '' });
  expect(() => readManifest(workspaceAt(root))).toThrow(
    /2 manifests:\n {2}a\/curriculum\.yaml\n {2}b\/curriculum\.yaml/,
  );
  expect(() => readManifest(workspaceAt(root), 'a/curriculum.yaml')).toThrow('has not the expected form');
});

test('a manifest that does not parse is refused with line and column', () => {
  const root = tempWorkspace({ [PATH]: 'levels:\n  b1: {\n' });
  expect(() => readManifest(workspaceAt(root))).toThrow(/curriculum\.yaml does not parse: .* at line 3, column 1/);
});

test('a track that is not there is refused with the tracks that are', () => {
  const root = tempWorkspace({ [PATH]: manifestText('b1', ['01-x']) });
  expect(() => trackModules(readManifest(workspaceAt(root)), 'b9')).toThrow(/no track "b9" in .*\nTracks: b1\./);
});

test('modules are numbered from 1 in the order of the manifest', () => {
  const root = tempWorkspace({ [PATH]: manifestText('b1', ['01-one', '02-two']) });
  expect(moduleRefs(readManifest(workspaceAt(root)), 'b1', [2, 3])).toEqual([
    { track: 'b1', slug: '02-two', number: 2 },
  ]);
});

test('a reader gives the same manifest until its file changes, is replaced, or goes away', () => {
  const root = tempWorkspace({ [PATH]: manifestText('b1', ['01-one']) });
  const read = createManifestReader(workspaceAt(root));
  expect(read()).toBe(read());
  writeTree(root, { [PATH]: manifestText('b1', ['01-one', '02-two']) });
  expect(trackModules(read(), 'b1')).toEqual(['01-one', '02-two']);
  rmSync(join(root, PATH));
  expect(() => read()).toThrow('No curriculum.yaml');
  writeTree(root, { 'elsewhere/curriculum.yaml': manifestText('a1', ['01-x']) });
  expect(trackModules(read(), 'a1')).toEqual(['01-x']);
});
