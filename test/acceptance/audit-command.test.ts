import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome } from '../helpers/cli.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';

const home = createHome({ BATCH_MANAGER_MODEL: 'offline' });
afterAll(async () => expect(await home.close()).toEqual([]));

function workspace(command: string, script: string): string {
  const folder = tempWorkspace();
  tinyWorkspace(folder, 2);
  const settings = readFileSync(join(folder, 'batch-manager.yaml'), 'utf8');
  writeTree(folder, { 'batch-manager.yaml': `${settings}audit:\n  command: ${command}\n`, 'check.sh': script });
  return folder;
}

const run = async (folder: string, ...flags: string[]): Promise<TaskRecord> =>
  JSON.parse((await home.run(folder, ['fix-review', 'tiny', '1', '2', '--json', ...flags])).stdout) as TaskRecord;

describe.skipIf(noTemporal !== undefined)('the audit command as one more gate', () => {
  test('a module that it passes can pass, and it runs once for each version', async () => {
    const folder = workspace('sh check.sh {file} {slug} {track}', 'test -s "$1" && echo "$2 $3" >> checked\n');
    expect((await run(folder)).counts).toEqual({ PASS_ON_REVIEW: 2 });
    expect((await run(folder, '--force')).counts).toEqual({ PASS_ON_REVIEW: 2 });
    expect(readFileSync(join(folder, 'checked'), 'utf8').trim().split('\n').toSorted()).toEqual([
      '001-module tiny',
      '002-module tiny',
    ]);
  });

  test('a module that it fails does not pass, and what it said is in the log', async () => {
    const folder = workspace('sh check.sh {file}', 'echo "no songs in $1"; exit 3\n');
    const record = await run(folder);
    expect(Object.values(record.modules).map((module) => module.outcome)).toEqual(['STUCK', 'STUCK']);
    expect(readFileSync(record.output_file, 'utf8')).toMatch(/command +fail: exit 3/);
  });

  test('a command that is not there ends the modules with a clear error', async () => {
    const record = await run(workspace('no-such-audit {file}', ''));
    expect(record.modules['001-module']).toMatchObject({
      outcome: 'ERROR',
      failure: 'BadRequest',
      detail: expect.stringContaining('no-such-audit'),
    });
  });
});

const canLock = spawnSync('chattr', ['-V']).error === undefined && process.getuid?.() === 0;

describe.skipIf(noTemporal !== undefined || !canLock)(
  'a folder that may not be written (needs root and chattr)',
  () => {
    test('its modules end with a clear error, nothing is half-written, and the same command goes on for nothing', async () => {
      const folder = tempWorkspace();
      tinyWorkspace(folder, 2);
      const before = readFileSync(join(folder, 'tiny/001-module.md'), 'utf8');
      expect(spawnSync('chattr', ['+i', join(folder, 'tiny')]).status).toBe(0);
      try {
        const record = await run(folder);
        expect(record.modules['001-module']).toMatchObject({
          outcome: 'ERROR',
          detail: expect.stringContaining('may not be written'),
        });
        expect(readFileSync(join(folder, 'tiny/001-module.md'), 'utf8')).toBe(before);
      } finally {
        spawnSync('chattr', ['-i', join(folder, 'tiny')]);
      }
      const again = await run(folder);
      expect(again.counts).toEqual({ PASS_ON_REVIEW: 2 });
      expect(readFileSync(again.output_file, 'utf8')).toContain('reply from the cache');
    });
  },
);
