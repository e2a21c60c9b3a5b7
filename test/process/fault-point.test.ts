import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { tempFolder } from '../helpers/temp.ts';

const MODULE = JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist/src/process/fault-point.js')).href);
const PROGRAM = `import { faultPoint } from ${MODULE}; faultPoint('step:audit:b1/06-x'); console.log('lived');`;

/** Runs a program that comes to the point; how it ended. */
function arrive(faults: string | undefined): string {
  const env = { ...process.env, ...(faults !== undefined && { BATCH_MANAGER_FAULTS: faults }) };
  const { signal, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], { env });
  return signal ?? stdout.toString().trim();
}

test('an armed point ends the process once; one that is not armed, or without the variable, does nothing', () => {
  const folder = tempFolder();
  const file = join(folder, 'step_audit_b1_06-x');
  expect(arrive(folder)).toBe('lived');
  writeFileSync(file, '');
  expect(arrive(undefined)).toBe('lived');
  expect(arrive(folder)).toBe('SIGKILL');
  expect(arrive(folder)).toBe('lived');
  expect(existsSync(`${file}.done`)).toBe(true);
  expect(readFileSync(join(folder, 'deaths.log'), 'utf8')).toMatch(/^\d+ \d+ step:audit:b1\/06-x\n$/);
});

test('a point that is armed for always ends each process that comes', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'step_audit_b1_06-x'), 'always\n');
  expect([arrive(folder), arrive(folder)]).toEqual(['SIGKILL', 'SIGKILL']);
});
