import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditTrack, type AuditedModule, type TrackAudit } from '../../src/audit/track/audit-track.ts';
import { moduleRefs, readManifest } from '../../src/store/manifest.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { manifestText, tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { goodModule, TABLE } from './texts.ts';

const LESSON = goodModule().files.lesson ?? '';

/** A workspace of a track of so many modules that pass all but naturalness; the last one is not written. */
function workspace(modules: number): string {
  const slugs = Array.from({ length: modules }, (_, index) => `${String(index + 20)}-module`);
  const { files } = goodModule();
  const tree = Object.fromEntries(
    slugs.slice(0, -1).flatMap((slug) => [
      [`b1/${slug}.md`, LESSON],
      [`b1/meta/${slug}.yaml`, (files.meta ?? '').replace('20-module', slug)],
      [`b1/activities/${slug}.yaml`, files.activities ?? ''],
      [`b1/vocabulary/${slug}.yaml`, files.vocabulary ?? ''],
    ]),
  );
  return tempWorkspace({ 'curriculum.yaml': manifestText('b1', slugs), ...tree });
}

async function audit(root: string, more: Partial<TrackAudit> = {}): Promise<readonly AuditedModule[]> {
  const place = workspaceAt(root);
  const manifest = readManifest(place);
  const numbers = (manifest.tracks.get('b1') ?? []).map((_, index) => index + 1);
  return auditTrack({
    workspace: place,
    folder: manifest.folder,
    track: 'b1',
    modules: moduleRefs(manifest, 'b1', numbers),
    options: TABLE,
    write: true,
    ...more,
  });
}

const states = (modules: readonly AuditedModule[]): string[] => modules.map(({ state }) => state);
const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');
const written = (root: string, path: string): bigint => statSync(join(root, path), { bigint: true }).mtimeNs;

describe('the audit of a track', () => {
  test('writes status and report of each module, and tells of one that is not written', async () => {
    const root = workspace(3);
    const modules = await audit(root);
    expect(states(modules)).toEqual(['audited', 'audited', 'missing']);
    expect(modules[0]).toMatchObject({ ref: { slug: '20-module', number: 1 }, statusBefore: 'none' });
    const status = JSON.parse(read(root, 'b1/status/20-module.json')) as { source_mtimes: Record<string, string> };
    expect(status).toMatchObject({ module: '20-module', level: 'B1', source_mtimes: { plan: null } });
    expect(status.source_mtimes['md']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(read(root, 'b1/audit/21-module-review.md')).toContain('# Audit Report: M02 — 21-module.md');
    expect(read(root, '.batch-manager/.gitignore')).toBe('*\n');
  });

  test('takes what has not changed from the last audit, and leaves its files alone', async () => {
    const root = workspace(3);
    const first = await audit(root);
    const before = written(root, 'b1/status/20-module.json');
    const second = await audit(root);
    expect(states(second)).toEqual(['kept', 'kept', 'missing']);
    expect(second.map((module) => ('report' in module ? module.report : null))).toEqual(
      first.map((module) => ('report' in module ? module.report : null)),
    );
    expect(second[0]).toMatchObject({ statusBefore: 'fresh' });
    expect(written(root, 'b1/status/20-module.json')).toBe(before);
  });

  test.each<[string, (root: string) => void]>([
    ['its lesson has changed', (root) => writeFileSync(join(root, 'b1/20-module.md'), `${LESSON}\nІ ще слово.\n`)],
    ['a plan was added', (root) => writeTree(root, { 'plans/b1/20-module.yaml': 'word_target: 2000\n' })],
    ['a review was added', (root) => writeTree(root, { 'b1/review/20-module-review.md': '# Review\n' })],
    ['its status is gone', (root) => rmSync(join(root, 'b1/status/20-module.json'))],
    ['its status was written by another tool', (root) => writeFileSync(join(root, 'b1/status/20-module.json'), '{}')],
    ['its report was edited', (root) => writeFileSync(join(root, 'b1/audit/20-module-review.md'), '')],
    [
      'its lesson was touched, so that its status is stale',
      (root) => utimesSync(join(root, 'b1/20-module.md'), new Date(), new Date(Date.now() + 60_000)),
    ],
  ])('audits a module again where %s', async (_, change) => {
    const root = workspace(3);
    await audit(root);
    change(root);
    expect(states(await audit(root))).toEqual(['audited', 'kept', 'missing']);
    expect(states(await audit(root))).toEqual(['kept', 'kept', 'missing']);
  });

  test('audits all again with other settings', async () => {
    const root = workspace(3);
    await audit(root);
    const options = { ...TABLE, overrides: { b1: { words: 9000 } } };
    const modules = await audit(root, { options });
    expect(states(modules)).toEqual(['audited', 'audited', 'missing']);
    expect(JSON.parse(read(root, 'b1/status/20-module.json'))).toMatchObject({ overall: { status: 'fail' } });
  });

  test('writes nothing but its own memory where it is told so, and everything the next time', async () => {
    const root = workspace(3);
    await audit(root, { write: false });
    expect(() => read(root, 'b1/status/20-module.json')).toThrow('ENOENT');
    expect(states(await audit(root, { write: false }))).toEqual(['kept', 'kept', 'missing']);
    expect(states(await audit(root))).toEqual(['audited', 'audited', 'missing']);
    expect(read(root, 'b1/status/20-module.json')).toContain('"module": "20-module"');
  });

  test('keeps the mark of a person in a status file', async () => {
    const root = workspace(2);
    const verification = { tier: 'gold-standard', evidence: 'Manual test' };
    writeTree(root, { 'b1/status/20-module.json': JSON.stringify({ module: 'x', verification }) });
    const [module] = await audit(root);
    expect(module).toMatchObject({ statusBefore: 'stale' });
    expect(JSON.parse(read(root, 'b1/status/20-module.json'))).toMatchObject({ module: '20-module', verification });
  });

  test('gives the same in threads as in this one', async () => {
    const reports = async (threads: number): Promise<unknown> => {
      const root = workspace(6);
      const modules = await audit(root, { threads });
      return modules.map((module) => ('report' in module ? module.report : module.state));
    };
    expect(await reports(2)).toEqual(await reports(0));
  });

  test('takes a memory that cannot be read as none', async () => {
    const root = workspace(2);
    await audit(root);
    const folder = join(root, '.batch-manager/audit');
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(states(await audit(root))).toEqual(['audited', 'missing']);
  });

  test('goes on over an empty lesson, a binary one and one without line ends', async () => {
    const root = workspace(4);
    writeFileSync(join(root, 'b1/20-module.md'), '');
    writeFileSync(join(root, 'b1/21-module.md'), Buffer.from([0, 255, 254, 1, 2, 10, 200, 7]));
    writeFileSync(join(root, 'b1/22-module.md'), 'слово '.repeat(200_000));
    const modules = await audit(root);
    expect(states(modules)).toEqual(['audited', 'audited', 'audited', 'missing']);
    for (const module of modules) expect('report' in module && module.report.passed).toBe(false);
  });

  test.each([0, 1])(
    'fails a module of which a file is a folder, or cannot be written, in %i threads',
    async (threads) => {
      const root = workspace(4);
      await audit(root);
      rmSync(join(root, 'b1/20-module.md'));
      mkdirSync(join(root, 'b1/20-module.md'));
      rmSync(join(root, 'b1/status/21-module.json'));
      mkdirSync(join(root, 'b1/status/21-module.json/in-the-way'), { recursive: true });
      const modules = await audit(root, { threads });
      expect(states(modules)).toEqual(['audited', 'audited', 'kept', 'missing']);
      for (const [index, slug] of ['20-module', '21-module'].entries())
        expect(modules[index]).toMatchObject({
          report: {
            passed: false,
            gates: [
              {
                gate: 'audit',
                message: expect.stringContaining(`the files of b1/${slug} cannot be read or written: `),
              },
            ],
          },
        });
    },
  );
});
