/** Which workspace a folder is: one table of what people do to folders, on real ones. */
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { knownWorkspaceId, standingOf, workspaceId } from '../../src/engine/identity.ts';
import { registered } from '../../src/engine/registry.ts';
import { RecordStore } from '../../src/store/records.ts';
import { findWorkspace, identityFile, readIdentity, workspaceAt } from '../../src/store/workspace.ts';
import { writeTree } from '../helpers/curriculum.ts';
import { taskRecord } from '../helpers/task-record.ts';
import { tempFolder } from '../helpers/temp.ts';

let folder: string;

beforeEach(() => {
  folder = tempFolder();
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
});
afterEach(() => void vi.unstubAllEnvs());

const at = (name: string): string => join(folder, name);
const idOf = (name: string): Promise<string> => workspaceId(findWorkspace(at(name)));
const make = (name: string): void => writeTree(at(name), { 'batch-manager.yaml': '' });
const copy = (from: string, to: string): void => cpSync(at(from), at(to), { recursive: true });
const lose = (name: string): void => rmSync(at(name), { recursive: true });
const clean = (name: string): void => lose(`${name}/.batch-manager`);

interface Case {
  /** What is done to the workspace `a`, whose id is known. */
  readonly what: string;
  readonly act: () => void | Promise<unknown>;
  /** Folders, in the order in which a command comes to them, and whether each has the id that `a` had. */
  readonly ids: readonly (readonly [name: string, same: boolean])[];
}

const CASES: readonly Case[] = [
  { what: 'nothing', act: () => undefined, ids: [['a', true]] },
  { what: 'its state removed', act: () => clean('a'), ids: [['a', true]] },
  { what: 'its file cut to nothing', act: () => truncateSync(identityFile(at('a'))), ids: [['a', true]] },
  {
    what: 'removed and made again',
    act: () => {
      lose('a');
      make('a');
    },
    ids: [['a', true]],
  },
  {
    what: 'restored from a copy that came to no command',
    act: () => {
      copy('a', 'backup');
      lose('a');
      copy('backup', 'a');
    },
    ids: [
      ['a', true],
      ['backup', false],
    ],
  },
  {
    what: 'copied',
    act: () => copy('a', 'b'),
    ids: [
      ['b', false],
      ['a', true],
    ],
  },
  {
    what: 'copied, and its state removed before a command comes to either',
    act: () => {
      copy('a', 'b');
      clean('a');
    },
    ids: [
      ['b', false],
      ['a', true],
    ],
  },
  {
    what: 'copied, then checked out again before a command comes to either',
    act: () => {
      copy('a', 'b');
      lose('a');
      make('a');
    },
    ids: [
      ['b', false],
      ['a', true],
    ],
  },
  {
    what: 'copied over a folder of its own id: a mirror that is synced again',
    act: async () => {
      copy('a', 'b');
      const own = await idOf('b');
      rmSync(identityFile(at('b')));
      cpSync(identityFile(at('a')), identityFile(at('b')));
      expect(await idOf('b')).toBe(own);
    },
    ids: [
      ['b', false],
      ['a', true],
    ],
  },
  { what: 'renamed', act: () => renameSync(at('a'), at('b')), ids: [['b', true]] },
  {
    what: 'renamed, with another workspace in its old place',
    act: () => {
      renameSync(at('a'), at('b'));
      make('a');
    },
    ids: [
      ['b', true],
      ['a', false],
    ],
  },
  {
    what: 'moved to another file system, which gives it another inode',
    act: () => {
      copy('a', 'b');
      lose('a');
    },
    ids: [['b', true]],
  },
  {
    what: 'moved away and copied back',
    act: () => {
      renameSync(at('a'), at('b'));
      copy('b', 'a');
    },
    ids: [
      ['b', true],
      ['a', false],
    ],
  },
  {
    what: 'copied twice and removed: the first copy that a command comes to is the moved one',
    act: () => {
      copy('a', 'b');
      copy('a', 'c');
      lose('a');
    },
    ids: [
      ['b', true],
      ['c', false],
    ],
  },
  { what: 'reached by a symbolic link', act: () => symlinkSync(at('a'), at('link')), ids: [['link', true]] },
  {
    what: 'a worktree made in it',
    act: () => writeTree(at('a/tree'), { 'batch-manager.yaml': '', '.git': 'gitdir: ../.git/worktrees/tree' }),
    ids: [
      ['a/tree', false],
      ['a', true],
    ],
  },
  { what: 'the registry lost', act: () => lose('state'), ids: [['a', true]] },
  {
    what: 'the registry lost and the folder copied',
    act: () => {
      lose('state');
      copy('a', 'b');
    },
    ids: [
      ['b', false],
      ['a', true],
    ],
  },
];

describe('the id of a workspace', () => {
  test.each(CASES)('after: $what', async ({ act, ids }) => {
    make('a');
    const first = await idOf('a');
    await act();
    const told: [string, boolean][] = [];
    for (const [name] of ids) told.push([name, (await idOf(name)) === first]);
    expect(told).toEqual(ids);
    // It is the same at the next command, and registry and folder agree.
    for (const [name] of ids) {
      const id = await idOf(name);
      expect(readIdentity(findWorkspace(at(name)).root)?.id).toBe(id);
      expect(registered(id)?.root).toBe(findWorkspace(at(name)).root);
    }
    expect(new Set(await Promise.all(ids.map(([name]) => idOf(name)))).size).toBe(ids.length);
  });

  test('is one for all shells that come at once', async () => {
    make('a');
    expect(new Set(await Promise.all(Array.from({ length: 5 }, () => idOf('a')))).size).toBe(1);
  });

  test('is not made by a look', async () => {
    make('a');
    expect(await knownWorkspaceId(workspaceAt(at('a')))).toBeNull();
    expect(readIdentity(at('a'))).toBeNull();
  });

  test('a copy from another machine, whose state is elsewhere, gets one of its own', async () => {
    make('a');
    const id = await idOf('a');
    const file = identityFile(at('a'));
    lose('state');
    writeFileSync(file, JSON.stringify({ id, host: 'elsewhere', root: at('a'), inode: '1', born: '1' }));
    expect(await idOf('a')).not.toBe(id);
  });

  test('a worker is started where the folder is the workspace, or has lost its file only', async () => {
    make('a');
    const id = await idOf('a');
    expect(standingOf(id, at('a'))).toBe('as-known');
    clean('a');
    expect(standingOf(id, at('a'))).toBe('file-gone');
    renameSync(at('a'), at('b'));
    expect(standingOf(id, at('a'))).toBe('another');
    mkdirSync(at('a'));
    expect(standingOf(id, at('a'))).toBe('another');
  });
});

test('a copy shows the tasks of the original as history, and keeps nothing that would act on them', async () => {
  make('a');
  await idOf('a');
  const open = taskRecord({ task_id: 'fix-review-b1-1-2-20260214120000', status: 'running', ended_at: null });
  await new RecordStore(workspaceAt(at('a'))).put(open);
  writeTree(at('a/.batch-manager'), {
    'limits/x.json': '{}',
    'limits/x.hold': '',
    'starts/x.json': '{}',
    'tokens/x.json': '{}',
    'start.lock': '{}',
    'replies/aa/x.json': '{}',
  });
  copy('a', 'b');
  await idOf('b');
  const record = await new RecordStore(workspaceAt(at('b'))).get(open.task_id);
  expect(record).toMatchObject({ status: 'terminated', reason: expect.stringContaining(at('a')) as string });
  for (const gone of ['limits/x.hold', 'limits/x.json', 'starts/x.json', 'tokens/x.json', 'start.lock'])
    expect(() => truncateSync(at(`b/.batch-manager/${gone}`))).toThrow('ENOENT');
  expect(() => truncateSync(at('b/.batch-manager/replies/aa/x.json'))).not.toThrow();
  expect(await new RecordStore(workspaceAt(at('a'))).get(open.task_id)).toMatchObject({ status: 'running' });
});
