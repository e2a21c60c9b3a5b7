import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { processId } from '../../src/process/identity.ts';
import { sha256 } from '../../src/store/atomic.ts';
import { filesBelow, keptChanges, savedCopies } from '../../src/store/backups.ts';
import { changeFiles, type Change } from '../../src/store/change-files.ts';
import { putInPlace } from '../../src/store/place.ts';
import { COPYING } from '../../src/store/take-back.ts';
import { beginChange, forget, takeBackLeft } from '../../src/store/under-way.ts';
import { workspaceAt, type Workspace } from '../../src/store/workspace.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { Editor, WAYS } from '../helpers/editor.ts';
import { tempFolder } from '../helpers/temp.ts';
import { randomFrom } from '../../src/domain/random.ts';

const NAMES = ['lesson', 'meta', 'vocabulary'] as const;

/** Two files that are to be changed, and one that is to be made. */
function changeIn(root: string): Change {
  const files = NAMES.map((kind) => {
    const content = `new ${kind}\n`;
    const from = kind === 'vocabulary' ? null : sha256(`old ${kind}\n`);
    return { kind, path: `b1/${kind}`, from, to: sha256(content), content };
  });
  const workspace = workspaceAt(root);
  const folder = join(workspace.state, 'backups/task/b1/x/r1');
  const about = { round: 1, base: 'a', candidate: 'b', keeps: 'all', point: 'apply' } as const;
  return { workspace, root, files, guards: [], folder, ...about };
}

function setup(root = tempFolder()) {
  mkdirSync(join(root, 'b1'), { recursive: true });
  for (const name of ['lesson', 'meta']) writeFileSync(join(root, 'b1', name), `old ${name}\n`);
  const change = changeIn(root);
  return {
    root,
    change,
    backups: dirname(change.folder),
    file: (name: string): string => join(root, 'b1', name),
    texts: (): (string | null)[] => NAMES.map((name) => textOf(join(root, 'b1', name))),
  };
}

const textOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

const OLD = ['old lesson\n', 'old meta\n', null];
const NEW = ['new lesson\n', 'new meta\n', 'new vocabulary\n'];

/** What is left of changes under way, and of temp files beside the modules. */
const leftIn = ({ root, state }: Workspace): string[] => [
  ...filesBelow(join(state, 'backups/.under-way')),
  ...readdirSync(join(root, 'b1')).filter((name) => name.startsWith('.batch-manager')),
];

test('all files are changed, and recorded as one change with the old and the new bytes', async () => {
  const { change, texts, backups } = setup();
  expect(await changeFiles(change)).toBeNull();
  expect(texts()).toEqual(NEW);
  const [kept, ...others] = await keptChanges(backups);
  expect(others).toEqual([]);
  expect(textOf(join(kept?.folder ?? '', 'before/b1/lesson'))).toBe('old lesson\n');
  expect(textOf(join(kept?.folder ?? '', 'after/b1/lesson'))).toBe('new lesson\n');
  expect(leftIn(change.workspace)).toEqual([]);
});

test.each([
  ['a file that is to be changed', 'meta', {}],
  ['a file that is to be made', 'vocabulary', {}],
  ['a file that stays as it is', 'plan', { guards: [{ path: 'b1/plan', hash: sha256('old\n') }] }],
])('an edit of %s stops the change, and nothing is recorded', async (_, name, more) => {
  const { change, file, texts, backups } = setup();
  writeFileSync(file(name), 'mine\n');
  expect(await changeFiles({ ...change, ...more })).toEqual({ path: `b1/${name}`, saved: [] });
  expect(texts()).toEqual(NAMES.map((each, index) => (each === name ? 'mine\n' : OLD[index])));
  expect(await keptChanges(backups)).toEqual([]);
});

test('where all is as it is to be, nothing is recorded; the same change twice is one record', async () => {
  const { change, file, backups } = setup();
  await changeFiles(change);
  const again = join(dirname(backups), 'again/r1');
  expect(await changeFiles({ ...change, folder: again })).toBeNull();
  expect(await keptChanges(dirname(again))).toEqual([]);
  writeFileSync(file('lesson'), 'old lesson\n');
  expect(await changeFiles(change)).toBeNull();
  expect(await keptChanges(backups)).toHaveLength(1);
});

test('a file is removed into the backup', async () => {
  const { change, file, backups } = setup();
  const [lesson] = change.files;
  if (lesson === undefined) throw new Error('no file');
  expect(await changeFiles({ ...change, files: [{ ...lesson, to: null, content: null }] })).toBeNull();
  expect(existsSync(file('lesson'))).toBe(false);
  expect(textOf(join(backups, 'r1/before/b1/lesson'))).toBe('old lesson\n');
});

test('mode and symbolic link stay, also one that points to nothing yet', async () => {
  const { change, file, root, texts } = setup();
  mkdirSync(join(root, 'elsewhere'));
  renameSync(file('lesson'), join(root, 'elsewhere/lesson'));
  chmodSync(join(root, 'elsewhere/lesson'), 0o640);
  symlinkSync('../elsewhere/lesson', file('lesson'));
  symlinkSync('../elsewhere/vocabulary', file('vocabulary'));
  expect(await changeFiles(change)).toBeNull();
  expect(texts()).toEqual(NEW);
  expect([lstatSync(file('lesson')).isSymbolicLink(), lstatSync(file('vocabulary')).isSymbolicLink()]).toEqual([
    true,
    true,
  ]);
  expect(statSync(join(root, 'elsewhere/lesson')).mode & 0o777).toBe(0o640);
});

describe('file systems', () => {
  test('backups on another one: the old file is in the backup all the same', async ({ skip }) => {
    const elsewhere = '/dev/shm';
    const { root, change, texts, backups } = setup();
    if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(root).dev) return skip();
    const state = mkdtempSync(join(elsewhere, 'batch-manager-test-'));
    onTestFinished(() => rmSync(state, { recursive: true, force: true }));
    symlinkSync(state, change.workspace.state);
    expect(await changeFiles(change)).toBeNull();
    expect(texts()).toEqual(NEW);
    expect(textOf(join(backups, 'r1/before/b1/lesson'))).toBe('old lesson\n');
    expect(leftIn(change.workspace)).toEqual([]);
  });

  test('without hard links a file is copied to where nothing is, and never over another', () => {
    const folder = tempFolder();
    const [source, place] = [join(folder, 'source'), join(folder, 'place')];
    const link = (): never => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    };
    writeFileSync(source, 'ours', { mode: 0o640 });
    expect(putInPlace(source, place, { link })).toBe('copied');
    expect([textOf(place), statSync(place).mode & 0o777]).toEqual(['ours', 0o640]);
    writeFileSync(place, 'a person');
    expect(putInPlace(source, place, { link })).toBe('taken');
    expect(textOf(place)).toBe('a person');
  });

  test.each([
    ['a part of a copy is ours', 'new l', 'old lesson\n'],
    ['a text of a person is not', 'mine\n', 'mine\n'],
  ])('after a crash in the midst of a copy, %s', async (_, found, expected) => {
    const { root, change, file } = setup();
    const list = { at: '', round: 1, base: '', candidate: '', files: change.files.map((write) => ({ ...write })) };
    const begun = beginChange(change.workspace, { root, folder: change.folder, list });
    mkdirSync(join(begun.folder, 'before/b1'), { recursive: true });
    mkdirSync(join(begun.folder, 'after/b1'), { recursive: true });
    writeFileSync(join(begun.folder, 'after/b1/lesson'), 'new lesson\n');
    writeFileSync(join(begun.folder, COPYING), '');
    renameSync(file('lesson'), join(begun.folder, 'before/b1/lesson'));
    writeFileSync(file('lesson'), found);
    // As of a process that is dead.
    const dead = dirname(begun.folder).replace(`${process.pid}-`, `${2 ** 22 + 1}-`);
    renameSync(dirname(begun.folder), dead);
    const owner = JSON.parse(readFileSync(join(dead, 'owner.json'), 'utf8')) as object;
    writeFileSync(join(dead, 'owner.json'), JSON.stringify({ ...owner, owner: { pid: 2 ** 22 + 1, startTime: 'x' } }));
    forget(begun);
    await takeBackLeft(change.workspace);
    expect(textOf(file('lesson'))).toBe(expected);
  });
});

/** Saves for each way; the full count: BATCH_MANAGER_SAVES=1000. */
const SAVES = Number(process.env['BATCH_MANAGER_SAVES'] ?? 100);
const SEED = Number(process.env['BATCH_MANAGER_SEED'] ?? 13);

describe('a save at a random instant around a change', () => {
  let editor: Editor;
  beforeAll(() => void (editor = new Editor()));
  afterAll(() => editor.close());

  test.each(WAYS)(`%s: of ${SAVES} none is lost (seed ${SEED})`, { timeout: 600_000 }, async (way) => {
    const random = randomFrom(SEED);
    const ends = { lost: 0, absent: 0, unnoticed: 0, refused: 0, inPlace: 0, told: 0 };
    let usual = 5;
    for (let count = 0; count < SAVES; count += 1) {
      const { root, change, file, backups } = setup();
      const mine = `a person's text number ${count}\n`;
      const saving = editor.save(way, file('lesson'), mine, random() * 1.5 * usual);
      const began = performance.now();
      const result = await changeFiles(change);
      usual = 0.9 * usual + 0.1 * (performance.now() - began);
      await saving;
      const now = textOf(file('lesson'));
      const told = (await savedCopies(backups, root)).some(({ copy }) => textOf(copy) === mine);
      if (now === null) ends.absent += 1;
      if (now !== mine && !told) ends.lost += 1;
      // Neither refused, nor seen by the look at the end of the module, nor told there.
      if (result === null && now === 'new lesson\n' && !told) ends.unnoticed += 1;
      if (result !== null) ends.refused += 1;
      if (now === mine) ends.inPlace += 1;
      if (told) ends.told += 1;
      expect(leftIn(change.workspace)).toEqual([]);
      rmSync(root, { recursive: true });
    }
    if (SAVES > 100) console.log(way, ends);
    expect(ends).toMatchObject({ lost: 0, absent: 0, unnoticed: 0 });
    // Else the saves were not around the change.
    expect(ends.refused).toBeGreaterThan(SAVES / 20);
  });
});

const MODULE = JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist/src/store/change-files.js')).href);
const PROGRAM = `import { changeFiles } from ${MODULE}; console.log(JSON.stringify(await changeFiles(JSON.parse(process.env.CHANGE))));`;

/** Makes the change in a process of its own, which dies at the points; what it printed, or its signal. */
function inProcess(change: Change, points: readonly string[]): string {
  const faults = join(change.root, 'faults');
  mkdirSync(faults, { recursive: true });
  for (const point of points) writeFileSync(join(faults, point.replaceAll(/[/:]/g, '_')), '');
  const env = { ...process.env, BATCH_MANAGER_FAULTS: faults, CHANGE: JSON.stringify(change) };
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { env });
  return signal ?? (stdout.toString().trim() || stderr.toString());
}

const POINTS = [
  'apply:begun',
  'apply:listed',
  'apply:moved-lesson',
  'apply:written-lesson',
  'apply:moved-meta',
  'apply:written-meta',
  'apply:written-vocabulary',
  'apply:kept',
] as const;

describe('kill -9', () => {
  test.each(POINTS)('at %s: the same call makes it whole; without one, all is as before', async (point) => {
    const again = setup();
    expect(inProcess(again.change, [point])).toBe('SIGKILL');
    expect(inProcess(again.change, [])).toBe('null');
    expect(again.texts()).toEqual(NEW);
    expect(await keptChanges(again.backups)).toHaveLength(1);

    const never = setup();
    inProcess(never.change, [point]);
    await takeBackLeft(never.change.workspace);
    const isDone = point === 'apply:kept';
    expect(never.texts()).toEqual(isDone ? NEW : OLD);
    expect(await keptChanges(never.backups)).toHaveLength(isDone ? 1 : 0);
    expect(filesBelow(join(never.change.workspace.state, 'backups/.under-way'))).toEqual([]);
  });

  test.each(POINTS.flatMap((point) => WAYS.map((way) => [point, way] as const)))(
    'at %s, and then a save %s: it stays',
    async (point, way) => {
      const { change, file } = setup();
      inProcess(change, [point]);
      const editor = new Editor();
      await editor.save(way, file('lesson'), 'mine\n');
      await editor.close();
      expect(JSON.parse(inProcess(change, []))).toEqual({ path: 'b1/lesson', saved: [] });
      expect(textOf(file('lesson'))).toBe('mine\n');
    },
  );

  test.each(['settle:away-lesson', 'settle:put-lesson', 'settle:away-vocabulary', 'settle:put-meta'])(
    'and again while it is taken back, at %s: all is as before',
    async (point) => {
      const { change, texts, file } = setup();
      expect(inProcess(change, ['apply:written-vocabulary'])).toBe('SIGKILL');
      expect(inProcess(change, [point])).toBe('SIGKILL');
      await takeBackLeft(change.workspace);
      expect(texts()).toEqual(OLD);
      expect(leftIn(change.workspace).filter((path) => !path.includes('tmp'))).toEqual([]);
      expect(existsSync(file('vocabulary'))).toBe(false);
    },
  );

  test('the next command gives the file back and says so, whatever command it is', () => {
    const { root, change, texts } = setup();
    inProcess(change, ['apply:moved-lesson']);
    expect(texts()[0]).toBeNull();
    const env = { ...process.env, HOME: tempFolder() };
    writeFileSync(join(root, 'batch-manager.yaml'), '');
    const { stderr } = spawnSync(process.execPath, [join(PACKAGE_ROOT, 'dist/src/main.js'), 'list'], {
      cwd: root,
      env,
    });
    expect(stderr.toString()).toContain('killed while it changed b1/lesson, b1/meta, b1/vocabulary');
    expect(texts()).toEqual(OLD);
  });

  test('what a living process has in hand is left to it, but for a minute: in a copied workspace it is somewhere else', async () => {
    const { root, change, texts } = setup();
    inProcess(change, ['apply:moved-lesson']);
    const [owner = ''] = filesBelow(join(change.workspace.state, 'backups/.under-way')).filter((path) =>
      path.endsWith('owner.json'),
    );
    const told = JSON.parse(readFileSync(owner, 'utf8')) as object;
    writeFileSync(owner, JSON.stringify({ ...told, owner: processId(process.ppid) }));
    await takeBackLeft(change.workspace);
    expect(texts()[0]).toBeNull();
    const before = new Date(Date.now() - 120_000);
    utimesSync(dirname(owner), before, before);
    await takeBackLeft(workspaceAt(root));
    expect(texts()).toEqual(OLD);
  });

  test('two saves, of which the second came when the first was away: the second is in place, the first is told', async () => {
    const { change, file, root, backups } = setup();
    // The first went into the old file when that was away already, the second made the file anew.
    inProcess(change, ['apply:moved-lesson']);
    const [old = ''] = filesBelow(join(change.workspace.state, 'backups/.under-way')).filter((path) =>
      path.includes('before'),
    );
    writeFileSync(old, 'first\n');
    writeFileSync(file('lesson'), 'second\n');
    expect(await changeFiles(change)).toMatchObject({ path: 'b1/lesson' });
    expect(textOf(file('lesson'))).toBe('second\n');
    const [saved] = await savedCopies(backups, root);
    expect([saved?.path, textOf(saved?.copy ?? '')]).toEqual(['b1/lesson', 'first\n']);
  });

  test('a save that goes into the old file after the change is told', async () => {
    const { change, root, backups } = setup();
    await changeFiles(change);
    const copy = join(change.folder, 'before/b1/lesson');
    expect(await savedCopies(backups, root)).toEqual([]);
    writeFileSync(copy, 'mine\n');
    expect(await savedCopies(backups, root)).toEqual([{ path: 'b1/lesson', copy, file: join(root, 'b1/lesson') }]);
  });
});
