import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SettingsFile } from '../../src/config/schema.ts';
import { Notices } from '../../src/notify/notices.ts';
import { blankModule } from '../../src/store/record-schema.ts';
import { NotifiedStore } from '../../src/store/notified.ts';
import type { TaskWait } from '../../src/domain/wait.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { serveHttp } from '../helpers/http-server.ts';
import { taskRecord } from '../helpers/task-record.ts';
import { tempFolder } from '../helpers/temp.ts';
import { until } from '../helpers/until.ts';
import { processesWith, uniqueSleep } from '../process/survivors.ts';

const ID = 'fix-review-b1-1-2-20261124080000';

const record = taskRecord({ task_id: ID, track: 'b1', counts: { FIXED: 1, STUCK: 1 } });
const completed: TaskRecord = { ...record, status: 'completed' };
const waiting = (wait: TaskWait, reason: string): TaskRecord => ({ ...record, status: 'waiting', wait, reason });

function setup(notify: SettingsFile['notify']) {
  const root = tempFolder();
  const workspace = workspaceAt(root);
  const create = (): Notices => {
    const notices = new Notices(workspace, new NotifiedStore(workspace), () => ({ notify }));
    onTestFinished(() => notices.close());
    return notices;
  };
  const lines = (): string[] => {
    const log = join(root, 'tasks', `${ID}.output`);
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  };
  return { root, create, notices: create(), lines };
}

test('a command gets the notice as JSON and the event as a variable, and the log says how it ended', async () => {
  const { root, notices, lines } = setup({ command: 'cat > notice.json; echo "$BATCH_MANAGER_EVENT" > event' });
  await notices.note(completed);
  await until(() => lines().length === 1);
  expect(JSON.parse(readFileSync(join(root, 'notice.json'), 'utf8'))).toMatchObject({
    event: 'done',
    task_id: ID,
    status: 'completed',
    total: 2,
    passed: 1,
    not_passed: 1,
    workspace: root,
  });
  expect(readFileSync(join(root, 'event'), 'utf8')).toBe('done\n');
  expect(lines()[0]).toMatch(/ task +notify +done: the command ended with exit 0$/);
});

test('an address gets it by POST; what the log says of it holds no secret of the path', async () => {
  const server = await serveHttp(() => ({ status: 204, body: '' }));
  const { notices, lines } = setup({ url: `${server.url}/hooks/SECRET?key=SECRET` });
  await notices.note({ ...record, status: 'failed', reason: 'no key' });
  await until(() => lines().length === 1);
  expect(server.requests).toMatchObject([
    { method: 'POST', path: '/hooks/SECRET?key=SECRET', body: { event: 'failed', reason: 'no key' } },
  ]);
  expect(lines()[0]).toContain(`failed: ${server.url} answered 204`);
  expect(lines()[0]).not.toContain('SECRET');
});

test('each event is told once, also by a worker that takes over; a new wait is a new event', async () => {
  const server = await serveHttp(() => ({ body: {} }));
  const { notices, create, lines } = setup({ url: server.url });
  const first = 'waiting for budget: $1 is spent';
  for (const one of [record, waiting('budget', first), waiting('budget', first)]) await notices.note(one);
  await create().note(waiting('budget', first));
  await notices.note(record);
  await notices.note(waiting('budget', first));
  await notices.note(waiting('quota', 'waiting for quota until 2026-11-25T00:00:00.000Z'));
  for (const one of [completed, completed]) await create().note(one);
  await notices.note(waiting('quota', 'a late repetition'));
  await until(() => lines().length === 4);
  expect(server.requests.map(({ body }) => `${String(body.event)}: ${String(body.reason)}`).toSorted()).toEqual([
    'done: null',
    `parked: ${first}`,
    `parked: ${first}`,
    'parked: waiting for quota until 2026-11-25T00:00:00.000Z',
  ]);
});

test('a module that asks is told of while others go on, and again once all were answered', async () => {
  const server = await serveHttp(() => ({ body: {} }));
  const { notices, lines } = setup({ url: server.url });
  const asking = (slug: string) => ({ [slug]: { ...blankModule(1), question: 'STUCK: the same findings twice' } });
  await notices.note({ ...record, modules: asking('01-a') });
  await notices.note({ ...record, modules: { ...asking('01-a'), ...asking('02-b') } });
  await notices.note({
    ...waiting('needs-you', "waiting for a person's answer to 2 modules"),
    modules: asking('01-a'),
  });
  await notices.note(record);
  await notices.note({ ...record, modules: { ...asking('02-b'), ...asking('03-c') } });
  await until(() => lines().length === 2);
  expect(server.requests.map(({ body }) => body.reason).toSorted()).toEqual([
    '01-a cannot pass and waits for your answer: STUCK: the same findings twice',
    '02-b and 1 more cannot pass and wait for your answer: STUCK: the same findings twice',
  ]);
});

test('nobody is told of a stop, of a pause, or of a wait for another task', async () => {
  const server = await serveHttp(() => ({ body: {} }));
  const { notices, lines } = setup({ url: server.url });
  await notices.note({ ...record, status: 'stopped' });
  await notices.note(waiting('other-task', 'waiting for modules that another task holds'));
  const reason = 'paused by anna@laptop. Go on: batch-manager resume x';
  await notices.note({ ...record, status: 'paused', wait: 'person', reason });
  await notices.note(completed);
  await until(() => lines().length === 1);
  expect(server.requests.map(({ body }) => body.event)).toEqual(['done']);
});

test('a command that hangs is ended with all its children, and one that fails says why', async () => {
  const seconds = uniqueSleep();
  const hanging = setup({ command: `trap '' TERM; sleep ${seconds} & wait`, timeout: '500ms' });
  await hanging.notices.note(completed);
  await until(() => hanging.lines().length === 1);
  expect(hanging.lines()[0]).toContain('the command took longer than 0.5 s and was ended');
  expect(processesWith(`sleep\0${seconds}`)).toEqual([]);

  const failing = setup({ command: 'echo "no such channel" >&2; exit 3' });
  await failing.notices.note(completed);
  await until(() => failing.lines().length === 1);
  expect(failing.lines()[0]).toContain('the command ended with exit 3: no such channel');
});

test('an address that refuses, redirects or is silent harms nothing', async () => {
  const server = await serveHttp(() => ({ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }));
  const moved = setup({ url: server.url });
  await moved.notices.note(completed);
  await until(() => moved.lines().length === 1);
  expect(moved.lines()[0]).toContain('answered 302');
  const nobody = setup({ url: 'http://127.0.0.1:9/hook' });
  await nobody.notices.note(completed);
  await until(() => nobody.lines().length === 1);
  expect(nobody.lines()[0]).toMatch(/http:\/\/127\.0\.0\.1:9 was not reached: /);
});

test('what cannot be marked is not told, and the task goes on', async () => {
  const server = await serveHttp(() => ({ body: {} }));
  const { root, notices, lines } = setup({ url: server.url });
  writeFileSync(join(root, '.batch-manager'), 'a file where the folder is to be');
  await notices.note(completed);
  expect(lines()).toHaveLength(1);
  expect(server.requests).toEqual([]);
});
