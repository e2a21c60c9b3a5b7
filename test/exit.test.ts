import { readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notFoundError } from '../src/domain/errors.ts';
import { TypedError } from '../src/domain/failure.ts';
import { exitFor } from '../src/exit.ts';
import { tempFolder } from './helpers/temp.ts';

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** As Node makes it of a system call. */
const refused = (code: string, syscall = 'open'): Error =>
  Object.assign(new Error(`${code}: it was refused, ${syscall} '/w/a b'`), { code, syscall, path: '/w/a b' });

test.each([
  ['EACCES', /^Permission denied: \/w\/a b \(open\)\.\nSee who may use it: ls -ld \/w '\/w\/a b'$/],
  ['EPERM', /^Permission denied: \/w\/a b/],
  ['EROFS', /read-only.*\nThese write nothing: list, show/],
  ['ENOSPC', /^There is no space left for \/w\/a b\.\nFree some/],
  ['EDQUOT', /^There is no space left/],
  ['EMFILE', /^Too many files are open.*\nAllow more \(ulimit -n 4096\)/],
  ['ENFILE', /^Too many files/],
  ['ENOENT', /^\/w\/a b does not exist \(open\)/],
  ['ENOTDIR', /where a folder is needed/],
  ['EISDIR', /is a folder where a file is needed/],
  ['EEXIST', /is in the way/],
  ['ELOOP', /symbolic links/],
  ['ENAMETOOLONG', /name is too long/],
  ['EIO', /EIO/],
  ['ESTALE', /Mount it again/],
  ['EWHATEVER', /it was refused.*\nLook closer: batch-manager doctor/],
])('%s is told in words, without a stack', (code, expected) => {
  expect(exitFor(refused(code))).toMatchObject({ code: 1, message: expect.stringMatching(expected) });
});

test('what Node itself throws is told with its path', () => {
  const folder = tempFolder();
  const missing = join(folder, 'missing');
  for (const call of [
    () => readFileSync(missing),
    () => process.chdir(missing),
    () => renameSync(missing, join(folder, 'other')),
    () => rmdirSync(missing),
  ])
    expect(exitFor(thrown(call)).message).toContain(`${missing} does not exist`);
});

test('what we know is told as it is, what nobody expected with its stack', () => {
  expect(exitFor(notFoundError('no such task'))).toEqual({ message: 'no such task', code: 5 });
  expect(exitFor(new TypedError('DiskFull', 'no space'))).toEqual({ message: 'no space', code: 1 });
  expect(exitFor(Object.assign(new Error('14 UNAVAILABLE'), { name: 'ServiceError' })).code).toBe(4);
  expect(exitFor(new TypeError('x is not a function')).message).toMatch(/Unexpected error[^]*exit\.test\.ts/);
});
