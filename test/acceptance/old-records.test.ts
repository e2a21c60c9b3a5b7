import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { createHome } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const home = createHome();
afterAll(() => home.close());

const OLD = ['research-b2-hist-1-10-20260214120000', 'fix-review-b1-1-20-20260213090501'];
const NEWER = 'fix-review-b1-1-2-20270101000000';
const DAMAGED = 'fix-review-b1-1-2-20260101000000';

function workspace(): string {
  const old = OLD.map((id) => [
    `tasks/${id}.json`,
    readFileSync(join(PACKAGE_ROOT, 'test/records/0', `${id}.json`), 'utf8'),
  ]);
  return tempWorkspace({
    ...(Object.fromEntries(old) as Record<string, string>),
    [`tasks/${NEWER}.json`]: '{"schema": 2}',
    [`tasks/${DAMAGED}.json`]: '{"task_id": ',
  });
}

test('list shows the tasks of the original, and names the records that it cannot show', async () => {
  const { code, stdout, stderr } = await home.run(workspace(), ['list']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/research-b2-hist-1-10-20260214120000 +terminated +0\/10/);
  expect(stdout).toMatch(/fix-review-b1-1-20-20260213090501 +stopped +0\/20 +2026-02-13 .*36m/);
  expect(stderr).toContain(`tasks/${NEWER}.json is from a newer version of batch-manager (schema 2`);
  expect(stderr).toContain(
    `tasks/${DAMAGED}.json cannot be read: it is not JSON. Make it again: batch-manager rebuild`,
  );
  const json = await home.run(workspace(), ['list', '--json']);
  expect((JSON.parse(json.stdout) as TaskRecord[]).map(({ task_id }) => task_id)).toEqual(OLD);
});

test('show shows a task of the original, and says clearly what it cannot show', async () => {
  const folder = workspace();
  const shown = await home.run(folder, ['show', OLD[0] ?? '']);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('left as "running"') });
  expect(shown.stdout).toContain('its end is not known');
  expect(await home.run(folder, ['show', 'fix-review-b1-1-20', '--exit-status'])).toMatchObject({ code: 3 });
  for (const wanted of ['latest', NEWER])
    expect(await home.run(folder, ['show', wanted])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is from a newer version'),
    });
  expect(await home.run(folder, ['show', DAMAGED])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`batch-manager rebuild ${DAMAGED}`),
  });
});
