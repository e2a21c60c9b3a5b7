import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { geminiError, rateLimited } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;

async function run(script: GeminiScript, flags: string[] = [], settings = ''): Promise<TaskRecord> {
  server = await startGeminiServer(script);
  home = createHome(googleAt(server));
  const folder = tempWorkspace();
  tinyWorkspace(folder, 2);
  const file = readFileSync(join(folder, 'batch-manager.yaml'), 'utf8');
  writeTree(folder, { 'batch-manager.yaml': `${file}${settings}` });
  const { stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '2', '--json', ...flags]);
  return JSON.parse(stdout) as TaskRecord;
}

describe.skipIf(noTemporal !== undefined)('a model that makes trouble', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('that hangs ends its modules as TIMEOUT once their time is used up', async () => {
    const record = await run(() => ({ hang: true }), ['--module-timeout', '2s']);
    expect(record.counts).toEqual({ TIMEOUT: 2 });
    expect(server.aborted).toHaveLength(2);
  });

  test('that limits the rate is asked again when it says, and the wait does not count as work', async () => {
    const think = thinkingScript(() => 0);
    const record = await run(
      (request) => (request.n <= 2 ? rateLimited('2.5s') : think(request)),
      ['--module-timeout', '2s'],
    );
    expect(record.counts).toEqual({ PASS_ON_REVIEW: 2 });
    expect(server.requests).toHaveLength(4);
  });

  test('that refuses the key pauses the task before any module has ended, and the key is nowhere', async () => {
    server = await startGeminiServer(() => geminiError(403, 'PERMISSION_DENIED', 'forbidden for test-key'));
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    tinyWorkspace(folder, 2);
    const id = (await home.run(folder, ['fix-review', 'tiny', '1', '2', '-b'])).stdout.trim();
    await until(() => recordOf(folder, id)?.status === 'paused', 60_000);
    const record = recordOf(folder, id);
    expect(record).toMatchObject({ counts: {}, reason: expect.stringContaining('batch-manager auth google') });
    expect(server.requests.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(record) + readFileSync(record?.output_file ?? '', 'utf8')).not.toContain('test-key');
  });

  test('whose review cannot be read is asked once more, and then the module ends as ERROR', async () => {
    const record = await run(() => 'I had a look, and it is fine.');
    expect(record.counts).toEqual({ ERROR: 2 });
    expect(server.requests).toHaveLength(4);
    expect(record.modules['001-module']?.detail).toContain('two reviews could not be read');
  });
});
