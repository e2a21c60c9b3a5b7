import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createHome } from '../helpers/cli.ts';
import { copyOf, SAMPLE } from '../helpers/workspaces.ts';

const home = createHome();
afterAll(() => home.close());

interface Printed {
  readonly counts: Readonly<Record<string, number>>;
  readonly modules: readonly {
    readonly slug: string;
    readonly state: string;
    readonly passed?: boolean;
    readonly gates?: readonly { readonly gate: string }[];
  }[];
}

const json = (text: string): Printed => JSON.parse(text) as Printed;

test('audit judges a track, writes its files and exits 1 where a module fails', async () => {
  const root = copyOf(SAMPLE);
  const { code, stdout, stderr } = await home.run(root, ['audit', 'a1']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^NO {2}MODULE +AUDIT +yaml +structure/);
  expect(stdout).toContain('10  10-my-week      no lesson');
  expect(stderr).toContain('3 passed, 6 failed, 1 without a lesson\n');
  expect(stderr).toContain('batch-manager fix-review a1 1 10');
  expect(existsSync(join(root, 'curriculum/l2-uk-en/a1/status/01-greetings.json'))).toBe(true);
  const again = await home.run(root, ['audit', 'a1', '--json']);
  expect(json(again.stdout).counts).toEqual({ passed: 3, failed: 6, missing: 1, kept: 9 });
});

test('audit of modules that pass exits 0, and starts no engine', async () => {
  const root = copyOf(SAMPLE);
  expect(await home.run(root, ['audit', 'a1', '1', '2'])).toMatchObject({ code: 0 });
  expect(await home.run(root, ['audit', 'a1', '10'])).toMatchObject({ code: 0 });
  expect(existsSync(join(home.folder, 'state'))).toBe(false);
});

test('audit of one module tells its gates and findings', async () => {
  const { code, stdout } = await home.run(copyOf(SAMPLE), ['audit', 'a1', '7']);
  expect(code).toBe(1);
  expect(stdout).toContain('a1/07-at-the-cafe: failed\n');
  expect(stdout).toContain('warning lesson:28:25: The word "молокoм" mixes Latin and Ukrainian letters');
});

test('audit --gate counts that gate alone, and --no-write writes nothing', async () => {
  const root = copyOf(SAMPLE);
  const words = await home.run(root, ['audit', 'a1', '1', '7', '--gate', 'words', '--no-write', '--json']);
  expect(words.code).toBe(0);
  expect(json(words.stdout).modules.every(({ gates }) => gates?.length === 1)).toBe(true);
  expect(await home.run(root, ['audit', 'a1', '3', '--gate', 'structure', '--no-write'])).toMatchObject({ code: 1 });
  expect(existsSync(join(root, 'curriculum/l2-uk-en/a1/status'))).toBe(false);
});

test.each([
  [['audit', 'a1', '--gate', 'wrds'], 'no gate "wrds"'],
  [['audit', 'zz'], 'no track "zz"'],
  [['audit', 'a1', '1', '99'], '10 modules'],
  [['audit', 'a1', 'one'], 'must be a module number'],
])('%j is wrong usage', async (args, message) => {
  const { code, stderr } = await home.run(copyOf(SAMPLE), args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a gate in the settings that there is not is refused by audit and by a start', async () => {
  const root = copyOf(SAMPLE);
  writeFileSync(join(root, 'batch-manager.yaml'), 'audit: { gates: { linnt: fail } }\n');
  for (const args of [
    ['audit', 'a1'],
    ['fix-review', 'a1', '1', '2', '--dry-run'],
  ]) {
    const { code, stderr } = await home.run(root, args);
    expect(code).toBe(2);
    expect(stderr).toContain('audit.gates in batch-manager.yaml has no gate "linnt"');
  }
});

test('the settings make a gate fail, warn or leave out', async () => {
  const root = copyOf(SAMPLE);
  writeFileSync(
    join(root, 'batch-manager.yaml'),
    'audit: { gates: { structure: warn, outline: off } }\nlevels:\n  a1: { words: 100, activities-min: 3, unique-types: 3, vocabulary: 6 }\n',
  );
  const { code, stdout } = await home.run(root, ['audit', 'a1', '7', '--json']);
  const [module] = json(stdout).modules;
  expect({ code, passed: module?.passed }).toEqual({ code: 0, passed: true });
  expect(module?.gates?.map(({ gate }) => gate)).not.toContain('outline');
});
