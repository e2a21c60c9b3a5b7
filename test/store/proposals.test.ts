import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appliedRounds, backupFolder } from '../../src/store/backups.ts';
import { modulePaths, readModule } from '../../src/store/module-files.ts';
import {
  applyProposal,
  editedSince,
  proposalFolder,
  proposedModules,
  proposedReview,
  proposedTexts,
  putProposal,
  readProposal,
  type Proposal,
} from '../../src/store/proposals.ts';
import { undoModule } from '../../src/store/undo.ts';
import { WorkStore } from '../../src/store/versions.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const ref = { track: 'b1', slug: '01-x', number: 1 };
const LESSON = 'b1/01-x.md';
const VOCABULARY = 'b1/vocabulary/01-x.yaml';

async function setup() {
  const root = tempWorkspace({ [LESSON]: '# Old\n', 'b1/meta/01-x.yaml': 'module: b1-01\n' });
  const workspace = workspaceAt(root);
  const paths = await modulePaths(root, ref);
  const work = new WorkStore(workspace);
  const base = await readModule(paths);
  await work.putVersion(base);
  const folder = proposalFolder(workspace, 'task', ref);
  const about = { round: 1, base_score: 7, score: 9.2, passes: true, model: 'offline/rules-1' };
  const backups = backupFolder(workspace, 'apply', ref);
  return {
    root,
    workspace,
    paths,
    folder,
    backups,
    propose: async (files: { lesson?: string; vocabulary?: string }) =>
      putProposal({ folder, paths, base, candidate: await work.stage(base, files), about, review: 'a review' }),
    apply: async () =>
      applyProposal({ workspace, folder, proposal: (await readProposal(folder)) as Proposal, paths, backups }),
    text: (name: string): string => readFileSync(join(root, name), 'utf8'),
    edit: (name: string, text: string): void => writeFileSync(join(root, name), text),
  };
}

test('a proposal holds texts, scores, review and difference, and changes no module', async () => {
  const { propose, text, folder, workspace, root } = await setup();
  expect(await propose({ lesson: '# New\n', vocabulary: 'items: []\n' })).toMatchObject({ kind: 'applied' });
  expect(text(LESSON)).toBe('# Old\n');
  expect(existsSync(join(root, VOCABULARY))).toBe(false);
  expect(await readProposal(folder)).toMatchObject({ base_score: 7, score: 9.2, passes: true, round: 1 });
  expect(await proposedTexts(folder, LESSON)).toEqual({ before: '# Old\n', after: '# New\n' });
  expect(await proposedTexts(folder, VOCABULARY)).toEqual({ before: null, after: 'items: []\n' });
  expect(await proposedReview(folder)).toBe('a review');
  expect(readFileSync(join(folder, 'changes.diff'), 'utf8')).toContain('-# Old\n+# New\n');
  expect(await proposedModules(workspace, 'task', 'b1')).toEqual(['01-x']);
});

test('a later round takes the place of the one before, with no file of it left', async () => {
  const { propose, folder } = await setup();
  await propose({ lesson: '# New\n', vocabulary: 'items: []\n' });
  await propose({ lesson: '# Newer\n' });
  expect((await readProposal(folder))?.files.map(({ path }) => path)).toEqual([LESSON]);
  expect(existsSync(join(folder, 'after', VOCABULARY))).toBe(false);
});

test.each([LESSON, 'b1/meta/01-x.yaml'])(
  'nothing is proposed for a module of which %s was edited meanwhile',
  async (file) => {
    const { propose, edit, folder } = await setup();
    edit(file, 'by a person\n');
    expect(await propose({ lesson: '# New\n' })).toEqual({
      kind: 'base-changed',
      detail: `${file} was edited meanwhile; the proposal was dropped`,
    });
    expect(await readProposal(folder)).toBeNull();
  },
);

test('apply puts all of it in place, once, and undo takes it back', async () => {
  const { propose, apply, text, root, backups, workspace } = await setup();
  await propose({ lesson: '# New\n', vocabulary: 'items: []\n' });
  expect(await apply()).toEqual({ kind: 'applied', files: [LESSON, VOCABULARY] });
  expect([text(LESSON), text(VOCABULARY)]).toEqual(['# New\n', 'items: []\n']);
  expect(await apply()).toMatchObject({ kind: 'applied' });
  expect(await appliedRounds(backups)).toHaveLength(1);
  await undoModule({ workspace, root, backups, keep: backupFolder(workspace, 'undo', ref), force: false });
  expect(text(LESSON)).toBe('# Old\n');
});

test('a second task that applies the same finds it in place, and changes nothing', async () => {
  const { propose, apply, folder, paths, workspace } = await setup();
  await propose({ lesson: '# New\n' });
  await apply();
  const backups = backupFolder(workspace, 'again', ref);
  const proposal = (await readProposal(folder)) as Proposal;
  expect(await applyProposal({ workspace, folder, proposal, paths, backups })).toEqual({ kind: 'applied', files: [] });
});

test.each([LESSON, 'b1/meta/01-x.yaml'])('a proposal is not applied over an edit of %s', async (file) => {
  const { propose, apply, edit, text, paths, folder } = await setup();
  await propose({ lesson: '# New\n', vocabulary: 'items: []\n' });
  edit(file, 'by a person\n');
  const before = text(LESSON);
  expect(await apply()).toMatchObject({ kind: 'base-changed', detail: expect.stringContaining(file) });
  expect(text(LESSON)).toBe(before);
  expect(await editedSince(paths, (await readProposal(folder)) as Proposal)).toEqual([file]);
});

test('a proposal that was tampered with is not applied', async () => {
  const { propose, apply, text, folder } = await setup();
  await propose({ lesson: '# New\n' });
  writeFileSync(join(folder, 'after', LESSON), '# Other\n');
  await expect(apply()).rejects.toThrow('was changed or is gone; nothing was applied');
  expect(text(LESSON)).toBe('# Old\n');
});
