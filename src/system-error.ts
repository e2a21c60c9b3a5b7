/** What the operating system refused, in words: which path, what is wrong with it, and what to do. */
import { dirname } from 'node:path';
import { shellQuoted } from './domain/shell.ts';

/** An error of a system call, as Node makes it. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
}

type Words = (path: string, error: SystemError) => string;

const noAccess: Words = (path, { syscall = 'use' }) =>
  `Permission denied: ${path} (${syscall}).\nSee who may use it: ls -ld ${shellQuoted(dirname(path))} ${shellQuoted(path)}`;

const noSpace: Words = (path) =>
  `There is no space left for ${path}.\nFree some (df ${shellQuoted(path)} shows how much there is), then give the same command again.`;

const tooManyFiles: Words = (path) =>
  `Too many files are open, so ${path} cannot be opened.\nAllow more (ulimit -n 4096), then give the same command again.`;

const WORDS: Readonly<Record<string, Words>> = {
  EACCES: noAccess,
  EPERM: noAccess,
  EROFS: (path) =>
    `${path} is on a file system that is read-only.\nThese write nothing: list, show, logs, diff, plan, audit --no-write.`,
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENOENT: (path, { syscall }) =>
    syscall === 'uv_cwd'
      ? CWD_GONE
      : `${path} does not exist (${syscall ?? 'open'}).\nLook closer: batch-manager doctor`,
  ENOTDIR: (path) =>
    `${path}: a part of this path is a file where a folder is needed.\nSee it: ls -ld ${shellQuoted(path)}`,
  EISDIR: (path) => `${path} is a folder where a file is needed.\nMove it away, then give the same command again.`,
  EEXIST: (path) => `${path} is in the way: it exists already.\nMove it away, then give the same command again.`,
  ELOOP: (path) => `${path} goes through too many symbolic links.\nSee it: ls -l ${shellQuoted(path)}`,
  ENAMETOOLONG: (path) => `The file name is too long for this file system: ${path}`,
  EIO: (path) => `The disk or network file system failed at ${path} (EIO).\nThe system log may say why: dmesg | tail`,
  ESTALE: (path) => `${path} is on a network file system that has lost it (ESTALE).\nMount it again.`,
};

const CWD_GONE =
  'The current folder does not exist any more: it was removed or replaced.\nChange to the workspace (cd), then give the same command again.';

/** The message of a system call's error; null for any other error. */
export function systemErrorText(error: unknown): string | null {
  if (!isSystemError(error)) return null;
  const path = pathOf(error);
  const words = WORDS[error.code];
  if (words !== undefined) return words(path, error);
  return `${error.message}\nLook closer: batch-manager doctor`;
}

/** The path that is meant: a change of folder has its target as `dest`, and a rename fails for want of its source. */
function pathOf({ syscall, code, path = 'a file', dest }: SystemError): string {
  return dest !== undefined && (syscall === 'chdir' || code !== 'ENOENT') ? dest : path;
}

function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as Partial<SystemError>;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && typeof syscall === 'string';
}
