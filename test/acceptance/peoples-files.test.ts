/** Files that people wrote, and that are not as we would have them: none is lost, spoiled, or holds the others up. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onlyRecord } from '../faults/outcomes.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';

let server: GeminiServer;
let home: Home;
let folder: string;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);
const at = (path: string): string => join(folder, path);
const slug = (number: number): string => `${String(number).padStart(3, '0')}-module`;

function put(path: string, make: (file: string) => unknown): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  rmSync(at(path), { force: true });
  make(at(path));
}

const fifo = (file: string): unknown => spawnSync('mkfifo', [file]);
const WINDOWS_1251 = Buffer.concat([Buffer.from('# A\n\n'), Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0x0a])]);

describe.skipIf(noTemporal !== undefined)('files of people', () => {
  beforeEach(async () => {
    server = await startThinkingServer(() => 20);
    home = createHome(googleAt(server));
    folder = tempWorkspace();
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('a module with what is no file or no UTF-8 ends as ERROR unpaid and unchanged; the others go on', async () => {
    woundedWorkspace(folder, 5, () => 'lesson');
    put(`tiny/${slug(1)}.md`, fifo);
    put(`tiny/meta/${slug(2)}.yaml`, fifo);
    put(`tiny/${slug(3)}.md`, (file) => writeFileSync(file, WINDOWS_1251));
    put(`plans/tiny/${slug(4)}.yaml`, (file) => mkdirSync(file));
    const plan = await run('plan', 'tiny', '1', '5');
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('cannot be worked on') });
    const audit = await run('audit', 'tiny', '--json');
    expect(audit.code).toBe(1);
    for (const words of ['is a FIFO', 'is not UTF-8: line 3, byte offset 5', 'is a folder'])
      expect(audit.stdout).toContain(words);

    expect((await run('fix-review', 'tiny', '1', '5')).code).toBe(1);
    const { modules } = onlyRecord(folder);
    expect(Object.values(modules).map(({ outcome }) => outcome)).toEqual(['ERROR', 'ERROR', 'ERROR', 'ERROR', 'FIXED']);
    expect(modules[slug(1)]?.detail).toContain('is a FIFO, not a file');
    expect(modules[slug(3)]?.detail).toContain('iconv -f WINDOWS-1251 -t UTF-8');
    expect(server.requests.filter(({ prompt }) => !prompt.includes(slug(5)))).toEqual([]);
    expect(readFileSync(at(`tiny/${slug(3)}.md`))).toEqual(WINDOWS_1251);
  });

  test("a person's review that is replaced is told, and undo gives it back", async () => {
    woundedWorkspace(folder, 2, () => 'none');
    const [first, second] = [1, 2].map((number) => `tiny/review/${slug(number)}-review.md`) as [string, string];
    put(first, (file) => writeFileSync(file, '# Notes of a teacher\n'));
    const done = await run('fix-review', 'tiny', '1', '2', '--review-only');
    expect(done.code).toBe(0);
    expect(onlyRecord(folder).modules[slug(1)]?.detail).toContain(`replaced ${first}, which somebody else wrote`);
    expect(onlyRecord(folder).modules[slug(2)]?.detail).not.toContain('replaced');
    expect(readFileSync(onlyRecord(folder).output_file, 'utf8')).toContain(`replaced ${first}`);
    expect(readFileSync(at(first), 'utf8')).toContain('<!-- batch-manager:');
    const undone = await run('undo', 'latest');
    expect(undone).toMatchObject({ code: 0 });
    expect(readFileSync(at(first), 'utf8')).toBe('# Notes of a teacher\n');
    expect(existsSync(at(second))).toBe(true);
  });

  test('what stands in the way of a status file or a report is kept, and told', async () => {
    woundedWorkspace(folder, 1, () => 'none');
    const report = `tiny/audit/${slug(1)}-review.md`;
    put(report, (file) => writeFileSync(file, 'mine\n'));
    const first = await run('audit', 'tiny');
    expect(first.stderr).toContain('Replaced 1 file');
    const [, copy = ''] = /kept: (\S+)/.exec(first.stderr) ?? [];
    expect(readFileSync(at(copy), 'utf8')).toBe('mine\n');
    put(`tiny/${slug(1)}.md`, (file) => writeFileSync(file, '# Інший текст\n'));
    // What the audit wrote itself is replaced without a word.
    expect((await run('audit', 'tiny')).stderr).not.toContain('Replaced');
  });
});
