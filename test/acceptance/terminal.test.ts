import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { applyVersion } from '../../src/store/apply.ts';
import { backupFolder } from '../../src/store/backups.ts';
import { modulePaths, readModule } from '../../src/store/module-files.ts';
import type { ModuleRef } from '../../src/domain/module.ts';
import { textWidth } from '../../src/views/width.ts';
import { blankModule } from '../../src/store/record-schema.ts';
import { WorkStore } from '../../src/store/versions.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { createHome } from '../helpers/cli.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { noTerminal, onTerminal } from '../helpers/on-terminal.ts';
import { taskRecord } from '../helpers/task-record.ts';

const ID = 'fix-review-b1-1-2-20261124083300';

const range = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index)).join('');

/** One line with all that a terminal may obey, and a write to the clipboard. */
const EVIL = `]52;c;aGk= ${range(1, 8)}${range(0x0b, 0x1f)}${range(0x7f, 0x9f)}\u061c\u200e\u200f${range(0x2028, 0x202e)}${range(0x2066, 0x2069)} \u001b]52;c;aGk=\u0007 \u001b[2J \u001bP1$r\u001b\\ \u009b31m`;

/** The same where it may stand in a file's name or an argument. */
const NAME = '01-\u001b]52;c;aGk=\u0007\u202egpj';

/** What must not reach a terminal; it makes CR LF of a line end by itself. */
const OBEYED =
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?![\r\n])/;

describe.skipIf(noTerminal !== undefined)('on a terminal', () => {
  const home = createHome();
  afterAll(() => home.close());
  const root = join(home.folder, 'workspace');
  beforeAll(() => fillWorkspace(root));

  test.each([
    ['a task', ['show', ID]],
    ['a module', ['show', ID, '--module', '1']],
    ['a task as JSON', ['show', ID, '--json']],
    ['a module as JSON', ['show', ID, '--module', '1', '--json']],
    ['no such task', ['show', 'task\u001b]0;x\u0007']],
    ['no such module', ['show', ID, '--module', NAME.slice(1)]],
    ['a diff', ['diff', ID]],
    ['a diff as JSON', ['diff', ID, '--json']],
    ['a log', ['logs', ID]],
    ['a watched end', ['watch', ID]],
    ['records', ['list', '--json']],
    ['a plan', ['plan', 'b1', '1', '2', '--model', 'offline']],
    ['no such track', ['plan', NAME, '1', '2']],
    ['no such model', ['plan', 'b1', '1', '2', '--model', `nobody/${NAME}`]],
    ['no such number', ['plan', 'b1', '1', '2', '--concurrency', NAME]],
    ['an audit', ['audit', 'b1', '1', '--no-write']],
    ['a track', ['audit', 'b1', '--no-write']],
    ['a track as JSON', ['audit', 'b1', '--no-write', '--json']],
    ['no such gate', ['audit', 'b1', '1', '--gate', NAME]],
    ['completion', ['complete', '--', 'show', ID, '--module', '']],
    ['no such command', [NAME]],
    ['no such flag', ['list', `--${NAME}`]],
  ])('%s: what a text would have a terminal do is shown', async (_, args) => {
    const { output } = await onTerminal(args, { cwd: root, env: home.env });
    expect(OBEYED.exec(output)?.[0]).toBeUndefined();
    expect(output).toMatch(/\\x1b|\\u001b/);
  });

  test.each([
    ['a settings file', 'batch-manager.yaml', `model: ${JSON.stringify(EVIL)}\n`],
    ['a key of the settings', 'batch-manager.yaml', `${JSON.stringify(NAME)}: 1\n`],
    ['the name of a manifest', 'batch-manager.yaml', `manifest: ${JSON.stringify(NAME)}\n`],
    ['a manifest', 'curriculum.yaml', `levels:\n  b1:\n    modules: ${JSON.stringify([[EVIL]])}\n`],
    ['a manifest that does not parse', 'curriculum.yaml', `levels: "${EVIL}\n  [\n`],
    ['a record', `tasks/${ID}.json`, EVIL],
  ])('an error about %s is safe', async (_, file, content) => {
    const folder = tempWorkspace({ 'curriculum.yaml': 'levels: {b1: {modules: [01-a]}}\n', [file]: content });
    for (const args of [['plan', 'b1', '1', '1'], ['list'], ['show', ID]]) {
      const { output } = await onTerminal(args, { cwd: folder, env: home.env });
      expect(OBEYED.exec(output)?.[0]).toBeUndefined();
    }
  });

  test('a patch is byte by byte what changed where a program reads it', async () => {
    const { stdout } = await home.run(root, ['diff', ID, '--module', '2']);
    const { status, stderr } = spawnSync('git', ['apply', '-R'], { input: stdout, encoding: 'utf8', cwd: root });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(root, 'b1/02-b.md'), 'utf8')).toBe(`# ${EVIL}\n\nold\n`);
  });

  test('all other output is as safe in a pipe', async () => {
    for (const args of [['show', ID], ['show', ID, '--module', '1'], ['logs', ID], ['list'], ['list', '--json']]) {
      const { stdout, stderr } = await home.run(root, args);
      expect(OBEYED.exec(stdout + stderr)?.[0]).toBeUndefined();
    }
  });

  test('a table has the width of the terminal, as it is or as COLUMNS says; a file gets it whole', async () => {
    // From the table's head to the empty line after it.
    const widest = (output: string): number =>
      Math.max(...(/^# {2}[^]*?\n\r?\n/m.exec(output)?.[0] ?? '').split(/\r?\n/).map(textWidth));
    const show = async (columns: number, env: NodeJS.ProcessEnv = {}): Promise<number> => {
      const { output } = await onTerminal(['show', ID], { cwd: root, env: { ...home.env, ...env }, columns });
      return widest(output);
    };
    expect(await show(60)).toBeLessThan(60);
    expect(await show(110)).toBeGreaterThan(60);
    expect(await show(200, { COLUMNS: '70' })).toBeLessThan(70);
    expect(widest((await home.run(root, ['show', ID], { COLUMNS: '60' })).stdout)).toBeGreaterThan(200);
  });
});

/** A workspace with an ended task whose every text is evil. */
async function fillWorkspace(folder: string): Promise<void> {
  writeTree(folder, {
    '.git/HEAD': '',
    'curriculum.yaml': `levels:\n  b1:\n    title: ${JSON.stringify(EVIL)}\n    modules: ${JSON.stringify([NAME, '02-b'])}\n`,
    [`b1/${NAME}.md`]: `# ${EVIL}\n\nold\n`,
    'b1/02-b.md': `# ${EVIL}\n\nold\n`,
    [`b1/vocabulary/${NAME}.yaml`]: `items: [\u001b[31m\n`,
    [`tasks/${ID}.output`]: `2026-11-24T08:33:38.123Z  b1/${NAME}  review r1   ${EVIL}\n${EVIL}\n`,
  });
  const module = { ...blankModule(1), outcome: 'ERROR', detail: EVIL, question: EVIL } as const;
  const record = taskRecord({
    task_id: ID,
    track: 'b1',
    status: 'failed',
    ended_at: '2026-11-24T08:34:00.000Z',
    reason: EVIL,
    model: `google/${EVIL}`,
    counts: { ERROR: 1 },
    modules: { [NAME]: module, '02-b': blankModule(2) },
  });
  writeFileSync(join(folder, 'tasks', `${ID}.json`), JSON.stringify(record));
  await change(folder, { track: 'b1', slug: NAME, number: 1 });
  await change(folder, { track: 'b1', slug: '02-b', number: 2 });
}

/** Changes a lesson as a task does, with a backup. */
async function change(folder: string, ref: ModuleRef): Promise<void> {
  const workspace = workspaceAt(folder);
  const paths = await modulePaths(folder, ref);
  mkdirSync(dirname(paths.review), { recursive: true });
  writeFileSync(paths.review, `# Review\n\n${EVIL}\n`);
  const work = new WorkStore(workspace);
  const base = await readModule(paths);
  await work.putVersion(base);
  const candidate = await work.stage(base, { lesson: `# ${EVIL}\n\nnew ${EVIL}\n` });
  await applyVersion({ workspace, paths, base, candidate, backups: backupFolder(workspace, ID, ref), round: 1 });
}
