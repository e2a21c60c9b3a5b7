import { hashOfFile, sha256 } from './atomic.ts';
import type { RecordedKind } from './backups.ts';
import { changeFiles, type Change } from './change-files.ts';
import type { ModulePaths } from './module-files.ts';

/**
 * Writes one file and records what it was before.
 * @returns whether it was written: not where the file is not as `base` says.
 */
export async function writeRecorded(options: {
  readonly paths: ModulePaths;
  readonly kind: RecordedKind;
  readonly file: string;
  readonly text: string;
  /** Folder of the record; one with a number where there is one already. */
  readonly folder: string;
  readonly keeps: Change['keeps'];
  /** SHA-256 of the file that is to be replaced, null for none; left out, whatever is there is replaced. */
  readonly base?: string | null | undefined;
}): Promise<boolean> {
  const { paths, kind, file, text, folder, keeps } = options;
  const to = sha256(text);
  const current = await hashOfFile(file);
  const from = options.base === undefined ? current : options.base;
  const written = { kind, path: paths.relative(file), from: current === to ? to : from, to, file, content: text };
  const change = { files: [written], guards: [], folder, keeps, round: 1, base: from ?? '', candidate: to };
  return (await changeFiles({ ...change, point: 'write' })) === null;
}
