import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyVersion } from '../../src/store/apply.ts';
import { appliedRounds, backupFolder, keptChanges, writersOf } from '../../src/store/backups.ts';
import { sha256 } from '../../src/store/atomic.ts';
import { modulePaths, readModule } from '../../src/store/module-files.ts';
import { undoableModules, undoModule } from '../../src/store/undo.ts';
import { WorkStore } from '../../src/store/versions.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { writeRecorded } from '../../src/store/write-recorded.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const ref = { track: 'b1', slug: '01-x', number: 1 };
const LESSON = 'b1/01-x.md';
const VOCABULARY = 'b1/vocabulary/01-x.yaml';

async function setup() {
  const root = tempWorkspace({ [LESSON]: '# Old\n', 'b1/meta/01-x.yaml': 'module: b1-01\n' });
  const workspace = workspaceAt(root);
  const paths = await modulePaths(root, ref);
  const work = new WorkStore(workspace);
  const backups = backupFolder(workspace, 'task', ref);
  const keep = backupFolder(workspace, 'undo', ref);
  let round = 0;
  return {
    workspace,
    keep,
    backups,
    path: (name: string): string => join(root, name),
    text: (name: string): string => readFileSync(join(root, name), 'utf8'),
    edit: (name: string, text: string): void => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    },
    /** A round of the task over what is on disk. */
    apply: async (files: { lesson?: string; vocabulary?: string }) => {
      const base = await readModule(paths);
      await work.putVersion(base);
      const candidate = await work.stage(base, files);
      round += 1;
      expect(await applyVersion({ workspace, paths, base, candidate, backups, round })).toMatchObject({
        kind: 'applied',
      });
    },
    review: (text: string, task = 'task') =>
      writeRecorded({
        workspace,
        paths,
        kind: 'review',
        file: paths.review,
        text,
        folder: join(backupFolder(workspace, task, ref), 'review'),
        keeps: 'old',
      }),
    undo: (force = false) => undoModule({ workspace, root, backups, keep, force }),
  };
}

test('all rounds of a task are taken back at once, and a file that it made is removed', async () => {
  const { apply, undo, text, path, keep, workspace } = await setup();
  await apply({ lesson: '# New\n', vocabulary: 'items: []\n' });
  await apply({ lesson: '# Newer\n' });
  expect(await undo()).toEqual({ kind: 'undone', files: [LESSON, VOCABULARY], ofModule: true });
  expect(text(LESSON)).toBe('# Old\n');
  expect(existsSync(path(VOCABULARY))).toBe(false);
  const [kept] = await appliedRounds(keep);
  expect(kept?.files).toMatchObject([
    { path: LESSON, from: sha256('# Newer\n'), to: sha256('# Old\n') },
    { path: VOCABULARY, from: sha256('items: []\n'), to: null },
  ]);
  expect(readFileSync(join(kept?.folder ?? '', 'before', LESSON), 'utf8')).toBe('# Newer\n');
  expect(await undoableModules(workspace, 'undo', 'b1')).toEqual(['01-x']);
});

test('a second undo of another task finds nothing to do, and records no change', async () => {
  const { apply, undo, workspace, backups, path } = await setup();
  await apply({ lesson: '# New\n' });
  await undo();
  const keep = backupFolder(workspace, 'another', ref);
  expect(await undoModule({ workspace, root: path(''), backups, keep, force: false })).toMatchObject({
    kind: 'undone',
    files: [],
  });
  expect(await keptChanges(keep)).toEqual([]);
});

test.each(['# New\n', '# Old\n'])('an undo that was cut off with the lesson as %j is finished', async (half) => {
  const { apply, undo, edit, text, path, keep } = await setup();
  await apply({ lesson: '# New\n', vocabulary: 'items: []\n' });
  await undo();
  // As after a crash between the two files.
  edit(LESSON, half);
  edit(VOCABULARY, 'items: []\n');
  expect(await undo()).toEqual({ kind: 'undone', files: [LESSON, VOCABULARY], ofModule: true });
  expect(text(LESSON)).toBe('# Old\n');
  expect(existsSync(path(VOCABULARY))).toBe(false);
  expect(await appliedRounds(keep)).toHaveLength(1);
});

test('a file that was edited since keeps all of its module as it is', async () => {
  const { apply, undo, edit, text, keep } = await setup();
  await apply({ lesson: '# New\n', vocabulary: 'items: []\n' });
  edit(LESSON, '# By a person\n');
  expect(await undo()).toMatchObject({ kind: 'edited-since', files: [LESSON] });
  expect([text(LESSON), text(VOCABULARY)]).toEqual(['# By a person\n', 'items: []\n']);
  expect(await keptChanges(keep)).toEqual([]);
});

test('a forced undo keeps each text that it replaces, also where it is done twice', async () => {
  const { apply, undo, edit, text, keep } = await setup();
  await apply({ lesson: '# New\n' });
  for (const mine of ['# Mine\n', '# Mine again\n']) {
    edit(LESSON, mine);
    expect(await undo(true)).toMatchObject({ kind: 'undone' });
    expect(text(LESSON)).toBe('# Old\n');
  }
  const kept = (await appliedRounds(keep)).map(({ folder }) => readFileSync(join(folder, 'before', LESSON), 'utf8'));
  expect(kept).toEqual(['# Mine\n', '# Mine again\n']);
});

test("a person's text between two rounds is where the way back ends", async () => {
  const { apply, undo, edit, text } = await setup();
  await apply({ lesson: '# New\n' });
  edit(LESSON, '# By a person\n');
  await apply({ lesson: '# By a person, mended\n' });
  expect(await undo()).toMatchObject({ kind: 'undone' });
  expect(text(LESSON)).toBe('# By a person\n');
});

test('the review goes with the text that it speaks of; one that was written anew stays', async () => {
  const REVIEW = 'b1/review/01-x-review.md';
  const first = await setup();
  await first.review('before', 'earlier');
  await first.apply({ lesson: '# New\n' });
  await first.review('of the new');
  await first.undo();
  expect([first.text(REVIEW), first.text(LESSON)]).toEqual(['before', '# Old\n']);

  const second = await setup();
  await second.apply({ lesson: '# New\n' });
  await second.review('of the new');
  await second.review('of a later task', 'later');
  expect(await second.undo()).toMatchObject({ kind: 'undone', files: [LESSON] });
  expect([second.text(REVIEW), second.text(LESSON)]).toEqual(['of a later task', '# Old\n']);
});

describe('a task that wrote a review only', () => {
  const REVIEW = 'b1/review/01-x-review.md';

  test('where there was none has nothing to undo: the review was paid for, and stays', async () => {
    const { review, undo, text, workspace } = await setup();
    await review('fine');
    expect(await undo()).toEqual({ kind: 'nothing' });
    expect(text(REVIEW)).toBe('fine');
    expect(await undoableModules(workspace, 'task', 'b1')).toEqual([]);
  });

  test('gives back the one that it replaced, and asks nothing anew for it', async () => {
    const { review, undo, edit, text, workspace } = await setup();
    await review('by an earlier task', 'earlier');
    edit(REVIEW, 'notes of a teacher');
    await review('fine');
    expect(await undoableModules(workspace, 'task', 'b1')).toEqual(['01-x']);
    expect(await undo()).toEqual({ kind: 'undone', files: [REVIEW], ofModule: false });
    expect(text(REVIEW)).toBe('notes of a teacher');
  });

  test('is not undone over what a person has made of its review, unless it is forced; then that is kept', async () => {
    const { review, undo, edit, text, keep } = await setup();
    edit(REVIEW, 'notes of a teacher');
    await review('fine');
    edit(REVIEW, 'fine, I say');
    expect(await undo()).toEqual({ kind: 'edited-since', files: [REVIEW], saved: [] });
    expect(text(REVIEW)).toBe('fine, I say');
    expect(await undo(true)).toMatchObject({ kind: 'undone', files: [REVIEW] });
    expect(text(REVIEW)).toBe('notes of a teacher');
    const [kept] = await keptChanges(keep);
    expect(readFileSync(join(kept?.folder ?? '', 'before', REVIEW), 'utf8')).toBe('fine, I say');
  });
});

test('a copy that is damaged or gone stops the undo before it has changed anything', async () => {
  const { apply, undo, text, backups } = await setup();
  await apply({ lesson: '# New\n', vocabulary: 'items: []\n' });
  const [round] = await appliedRounds(backups);
  const copy = join(round?.folder ?? '', 'before', LESSON);
  for (const spoil of [() => writeFileSync(copy, 'other\n'), () => rmSync(copy)]) {
    spoil();
    await expect(undo()).rejects.toThrow(`The backup ${copy} is gone or damaged; nothing was undone.`);
  }
  expect([text(LESSON), text(VOCABULARY)]).toEqual(['# New\n', 'items: []\n']);
});

test('who wrote a text is found by its bytes', async () => {
  const { apply, workspace } = await setup();
  await apply({ lesson: '# New\n' });
  expect(await writersOf(workspace, ref, LESSON, sha256('# New\n'))).toEqual(['task']);
  expect(await writersOf(workspace, ref, LESSON, sha256('# Old\n'))).toEqual([]);
});
