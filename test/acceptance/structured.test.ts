/** Reviews that come as objects, through the whole loop: the rest of it knows of texts only. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { reviewObject } from '../helpers/review-object.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

test.skipIf(noTemporal !== undefined)(
  "a review is asked for as an object, and as a text where the workspace's own prompt may ask for more",
  async () => {
    const think = thinkingScript(() => 0);
    const schemas: boolean[] = [];
    server = await startGeminiServer((request) => {
      const { generationConfig = {} } = request.body as { generationConfig?: object };
      schemas.push('responseSchema' in generationConfig);
      return schemas.at(-1) === true ? reviewObject({ score: 9.4, verdict: 'PASS' }) : think(request);
    });
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    tinyWorkspace(folder, 2);
    const run = async (...flags: string[]): Promise<TaskRecord> =>
      JSON.parse((await home.run(folder, ['fix-review', 'tiny', '1', '2', '--json', ...flags])).stdout) as TaskRecord;
    const record = await run();
    expect(record.counts).toEqual({ PASS_ON_REVIEW: 2 });
    expect(record.modules['001-module']).toMatchObject({ detail: 'review 9.4' });
    expect(schemas).toEqual([true, true]);
    const review = readFileSync(join(folder, 'tiny/review/001-module-review.md'), 'utf8');
    expect(review).toContain('**Overall Score:** 9.4/10\n**Status:** PASS\n');
    expect(review).not.toContain('===');
    const own = join(folder, 'batch-manager/prompts');
    mkdirSync(own, { recursive: true });
    copyFileSync(join(PACKAGE_ROOT, 'src/prompts/review.md'), join(own, 'review.md'));
    expect((await run('--force')).counts).toEqual({ PASS_ON_REVIEW: 2 });
    expect(schemas).toEqual([true, true, false, false]);
  },
  90_000,
);
