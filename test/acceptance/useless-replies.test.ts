/** Replies of no use: no later task takes them from the cache, and the task that got them never pays for them again. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { FaultPoints } from '../faults/points.ts';
import { moduleOf } from '../faults/requests.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { reviewObject } from '../helpers/review-object.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;
let points: FaultPoints;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

async function serve(modules: number, script: GeminiScript): Promise<string> {
  server = await startGeminiServer(script);
  points = new FaultPoints(join(tempFolder(), 'faults'));
  home = createHome({ ...googleAt(server), BATCH_MANAGER_FAULTS: points.folder });
  const folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  return folder;
}

const good = reviewObject({ score: 9.4, verdict: 'PASS' });

/** What a model that is not well sends instead of a review. */
const USELESS: Readonly<Record<string, GeminiReply>> = {
  '001-module': { text: '' },
  '002-module': { text: good.slice(0, good.length / 2), finishReason: 'MAX_TOKENS' },
  '003-module': { text: 'I cannot', finishReason: 'SAFETY' },
  '004-module': { text: 'A fine lesson. I would give it an 8.' },
  '005-module': { blockReason: 'PROHIBITED_CONTENT' },
  '006-module': { text: good, finishReason: 'RECITATION' },
  '007-module': { text: '<think>\nLet me see.\n</think>\n' },
};
const MODULES = Object.keys(USELESS).length;

test.skipIf(noTemporal !== undefined)(
  'a review of no use is asked for anew by the next task, also after --no-cache and by a retry, and once by its own',
  async () => {
    let isWell = false;
    const folder = await serve(MODULES, ({ prompt }) => (isWell ? good : (USELESS[moduleOf(prompt)] ?? {})));
    const run = async (...flags: string[]): Promise<{ asked: number; record: TaskRecord }> => {
      const before = server.requests.length;
      const command = ['fix-review', 'tiny', '1', String(MODULES), '--json', ...flags];
      const { stdout } = await home.run(folder, command);
      return { asked: server.requests.length - before, record: JSON.parse(stdout) as TaskRecord };
    };
    // Each is asked twice, and then it is an error.
    const ill = { asked: 2 * MODULES, record: { counts: { ERROR: MODULES } } };
    expect(await run('--no-cache')).toMatchObject(ill);
    points.arm('call:kept');
    expect(await run('--concurrency', '1')).toMatchObject(ill);
    expect(points.deaths().map(({ point }) => point)).toEqual(['call:kept']);
    isWell = true;
    const before = server.requests.length;
    const id = (await home.run(folder, ['retry', 'latest', '--failed', '--json'])).stdout;
    const { task_id } = JSON.parse(id) as { task_id: string };
    await until(() => recordOf(folder, task_id)?.status === 'completed', 60_000);
    expect(recordOf(folder, task_id)?.counts).toEqual({ PASS_ON_REVIEW: MODULES });
    expect(server.requests.length - before).toBe(MODULES);
    expect((await run('--review-only')).asked).toBe(0);
  },
  240_000,
);

const lessonIn = (prompt: string): string =>
  /^===FILE lesson [^\n]*===\n([^]*?)\n===END FILE===$/m.exec(prompt)?.[1] ?? '';
const fixOf = (lesson: string): string => `===CONTENT_START===\n${lesson}\n===CONTENT_END===\n`;

/**
 * The first module: a fix of no use, one that helps and takes a paragraph out, one that passes. The other module's fixes are of
 * no use; the call that it makes once the first one has been fixed is held until `release` is called.
 */
function slowlyBetter(): { readonly script: GeminiScript; readonly release: () => void } {
  let fixes = 0;
  let isFixed = false;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const script: GeminiScript = async ({ prompt }) => {
    const isFix = prompt.includes('===CONTENT_START===');
    if (moduleOf(prompt) !== '001-module') {
      if (isFixed) await released;
      return isFix ? 'Here is what I would change.' : reviewObject({ score: 5, verdict: 'FAIL' });
    }
    const lesson = lessonIn(prompt);
    if (!isFix) {
      if (lesson.includes('TWO')) return good;
      isFixed = lesson.includes('ONE');
      return reviewObject({ score: isFixed ? 7 : 6, verdict: 'FAIL' });
    }
    fixes += 1;
    if (fixes === 1) return 'Here is what I would change.';
    if (lesson.includes('ONE')) return fixOf(lesson.replace('ONE', 'TWO'));
    return fixOf(lesson.replace('Це короткий урок про слова і числа.', 'ONE зовсім інший текст стоїть тут тепер.'));
  };
  return { script, release: () => release() };
}

test.skipIf(noTemporal !== undefined)(
  'a module that starts again in its task meets its refused fix and the review of what it had applied, and pays nothing twice',
  async () => {
    const { script, release } = slowlyBetter();
    const folder = await serve(2, script);
    appendFileSync(join(folder, 'batch-manager.yaml'), 'max-rounds: 10\n');
    const command = ['fix-review', 'tiny', '1', '2', '--concurrency', '1', '-b'];
    const id = (await home.run(folder, command)).stdout.trim();
    const file = join(folder, 'tasks', `${id}.output`);
    const log = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    const said = (text: RegExp): Promise<unknown> => until(() => text.test(log()), 60_000);
    await said(/001-module +apply r2/);
    expect(await home.run(folder, ['pause', id])).toMatchObject({ code: 0 });
    await said(/001-module +fix r3 +paused; the module keeps its place/);
    release();
    expect(await home.run(folder, ['resume', id])).toMatchObject({ code: 0 });
    await until(() => recordOf(folder, id)?.status === 'completed', 90_000);
    expect(recordOf(folder, id)?.modules['001-module']).toMatchObject({ outcome: 'FIXED', rounds: 3 });
    const asked = server.requests.filter(({ prompt }) => moduleOf(prompt) === '001-module');
    // Three reviews and three fixes.
    expect(asked).toHaveLength(6);
    expect(new Set(asked.map(({ prompt }) => prompt)).size).toBe(6);
    // Only the review of the fix that took something out tells of it.
    const told = asked.filter(({ prompt }) => prompt.includes('\n===REMOVED===\n'));
    expect(told).toHaveLength(1);
    expect(told[0]?.prompt).toContain('- text: Це короткий урок про слова і числа.');
  },
  240_000,
);
