import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { workspaceId } from '../../src/engine/identity.ts';
import { blankModule } from '../../src/store/record-schema.ts';
import { findWorkspace } from '../../src/store/workspace.ts';
import { MAIN } from '../helpers/cli.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';

const home = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: tempFolder(), XDG_STATE_HOME: tempFolder() });

function run(cwd: string, env: NodeJS.ProcessEnv, args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env,
    input,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

test('auth keeps a key from standard input for its owner alone, beside the keys of others, and shows it nowhere', () => {
  const [folder, env] = [tempWorkspace(), home()];
  const file = join(env.HOME ?? '', '.config/batch-manager/credentials.json');
  const first = run(folder, env, ['auth', 'google'], 'AIzaSecret\n');
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toContain(`kept in ${file}`);
  expect(first.stderr).not.toContain('AIzaSecret');
  expect(run(folder, env, ['auth', 'anthropic'], 'sk-other').code).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    google: { apiKey: 'AIzaSecret' },
    anthropic: { apiKey: 'sk-other' },
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(file, '..'))).toEqual(['credentials.json']);
  expect(run(folder, env, ['doctor']).stdout).toContain('google/gemini-2.5-flash: all is there, not tried');
});

test('auth refuses what is no key, an unknown provider, and a file that it cannot read; nothing changes', () => {
  const [folder, env] = [tempWorkspace(), home()];
  const file = join(env.HOME ?? '', '.config/batch-manager/credentials.json');
  expect(run(folder, env, ['auth', 'google'], '  \n')).toMatchObject({ code: 2 });
  expect(run(folder, env, ['auth', 'google'], 'two words')).toMatchObject({ code: 2 });
  expect(run(folder, env, ['auth', 'goggle'], 'x').stderr).toContain('Known: google, anthropic');
  expect(existsSync(file)).toBe(false);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '{"google": {"apiKey": "old"', { mode: 0o600 });
  const refused = run(folder, env, ['auth', 'google'], 'new');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('it is not valid JSON') });
  expect(readFileSync(file, 'utf8')).toBe('{"google": {"apiKey": "old"');
});

/** A workspace with replies of so many days ago, 1,000 bytes each. */
function withReplies(days: readonly number[]): string {
  const folder = tempWorkspace();
  for (const age of days) {
    const name = `.batch-manager/replies/a${age % 10}/reply-${age}.json`;
    writeTree(folder, { [name]: 'x'.repeat(1000) });
    const at = new Date(Date.now() - age * 86_400_000);
    utimesSync(join(folder, name), at, at);
  }
  return folder;
}

test('cache tells what is kept, and removes what is older or over a size, the oldest first', () => {
  const [folder, env] = [withReplies([1, 2, 30, 100]), home()];
  expect(run(folder, env, ['cache'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^4 replies are kept \(4\.0 KB\), the oldest of /),
  });
  const old = run(folder, env, ['cache', '--prune', '--older-than', '90d']);
  expect(old.stdout).toMatch(/^1 replies removed \(1\.0 KB\)\. 3 replies are kept/);
  const small = run(folder, env, ['cache', '--prune', '--max-size', '2KB', '--json']);
  expect(JSON.parse(small.stdout)).toMatchObject({ replies: 2, bytes: 2000, removed: 1, removed_bytes: 1000 });
  expect(existsSync(join(folder, '.batch-manager/replies/a1/reply-1.json'))).toBe(true);
  expect(run(tempWorkspace(), env, ['cache']).stdout).toBe('0 replies are kept (0 B).\n');
});

test('cache lists what is kept, the oldest first', () => {
  const [folder, env] = [tempWorkspace(), home()];
  const usage = { inputTokens: 1, outputTokens: 2, reasoningTokens: null, cachedInputTokens: null };
  const reply = { ask: 'review', model: 'work/m', text: 't', finishReason: 'stop', usage, ms: 5, at: '2026-01-01' };
  for (const [key, days] of [
    ['aa1', 2],
    ['bb2', 9],
  ] as const) {
    const file = `.batch-manager/replies/${key.slice(0, 2)}/${key}.json`;
    writeTree(folder, { [file]: JSON.stringify(reply) });
    const at = new Date(Date.now() - days * 86_400_000);
    utimesSync(join(folder, file), at, at);
  }
  const [head, first, second] = run(folder, env, ['cache', '--list']).stdout.split('\n');
  expect([head, first, second]).toEqual([
    expect.stringMatching(/^GOT \(UTC\) +ASK +MODEL +SIZE +KEY$/),
    expect.stringMatching(/review +work\/m +\d+ B +bb2$/),
    expect.stringMatching(/aa1$/),
  ]);
  const { stdout } = run(folder, env, ['cache', '--list', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ key: 'bb2', ask: 'review', model: 'work/m' }, { key: 'aa1' }]);
  expect(run(folder, env, ['cache', '--list', '--prune'])).toMatchObject({ code: 2 });
});

test('cache removes nothing without a limit, or with one that it cannot read', () => {
  const [folder, env] = [withReplies([100]), home()];
  for (const args of [['--prune'], ['--older-than', '1d'], ['--prune', '--max-size', 'much']])
    expect(run(folder, env, ['cache', ...args])).toMatchObject({ code: 2 });
  expect(existsSync(join(folder, '.batch-manager/replies/a0/reply-100.json'))).toBe(true);
});

/** Lines of a ledger that say for which module each reply was got. */
const ledgerOf = (modules: Readonly<Record<string, string>>): string =>
  Object.entries(modules)
    .map(([reply, module]) =>
      JSON.stringify({ kind: 'asked', id: reply, at: '2026-01-01', reply, module, ask: 'review', model: 'work/m' }),
    )
    .join('\n');

test('cache removes nothing that an open task may need again: replies for its modules, and those of unknown origin', () => {
  const [folder, env] = [withReplies([91, 92, 93, 94]), home()];
  const open = {
    task_id: 'fix-review-b1-1-1-20260101000000',
    status: 'running',
    created_at: '2026-01-01T00:00:00.000Z',
  };
  const record = {
    schema: 1,
    ...open,
    operation: 'fix-review',
    track: 'b1',
    start: 1,
    end: 1,
    modules_selected: '1',
    model: 'offline/rules-1',
    review_model: 'offline/rules-1',
    concurrency: 1,
    updated_at: open.created_at,
    ended_at: null,
    stopped_at: null,
    reason: null,
    output_file: 'x.output',
    total: 1,
    counts: {},
    modules: { '01-a': blankModule(1) },
  };
  writeTree(folder, {
    [`tasks/${open.task_id}.json`]: JSON.stringify(record),
    '.batch-manager/ledger/an-ended-task.jsonl': ledgerOf({ 'reply-91': 'b1/01-a', 'reply-92': 'b1/02-b' }),
    '.batch-manager/ledger/another.jsonl': ledgerOf({ 'reply-92': 'b2/01-a', 'reply-93': 'b2/01-a' }),
  });
  const pruned = run(folder, env, ['cache', '--prune', '--older-than', '1d', '--max-size', '0', '--json']);
  expect(JSON.parse(pruned.stdout)).toMatchObject({ removed: 2, replies: 2, open_tasks: [open.task_id] });
  expect(keysIn(folder)).toEqual(['reply-91', 'reply-94']);
  const again = run(folder, env, ['cache', '--prune', '--older-than', '1d']);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(open.task_id) });
  writeTree(folder, { [`tasks/${open.task_id}.json`]: JSON.stringify({ ...record, status: 'completed' }) });
  expect(run(folder, env, ['cache', '--prune', '--older-than', '1d']).stdout).toContain('2 replies removed');
});

test('cache removes nothing while a start has no record yet, or where a record cannot be read', async () => {
  const [folder, env] = [withReplies([100]), home()];
  const prune = ['cache', '--prune', '--older-than', '1d'];
  const taskId = 'fix-review-b1-1-1-20260101000000';
  vi.stubEnv('XDG_STATE_HOME', env.XDG_STATE_HOME);
  const id = await workspaceId(findWorkspace(folder));
  vi.unstubAllEnvs();
  const start = { workspaceId: id, taskId, operation: 'fix-review', track: 'b1', modules: '1', settings: {} };
  writeTree(folder, { '.batch-manager/starts/0.json': JSON.stringify(start) });
  expect(run(folder, env, prune)).toMatchObject({ code: 0, stderr: expect.stringContaining(taskId) });
  writeTree(folder, { '.batch-manager/starts/0.json': '{}', [`tasks/${taskId}.json`]: '{' });
  expect(run(folder, env, prune)).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read') });
  expect(keysIn(folder)).toEqual(['reply-100']);
});

const keysIn = (folder: string): string[] =>
  readdirSync(join(folder, '.batch-manager/replies'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .toSorted();
