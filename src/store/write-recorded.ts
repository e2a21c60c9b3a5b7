import { join } from 'node:path';
import { TypedError } from '../domain/failure.ts';
import type { SavedCopy } from '../domain/log-texts.ts';
import { readPeoplesBytes } from '../files/people-file.ts';
import { sha256 } from './atomic.ts';
import type { RecordedKind } from './backups.ts';
import { changeFiles, type Change } from './change-files.ts';
import type { ModulePaths } from './module-files.ts';
import type { Workspace } from './workspace.ts';

export interface RecordedWrite {
  readonly workspace: Workspace;
  readonly paths: ModulePaths;
  readonly kind: RecordedKind;
  readonly file: string;
  readonly text: string;
  /** Folder of the record; one with a number where there is one already. */
  readonly folder: string;
  readonly keeps: Change['keeps'];
  /** SHA-256 of the file that is to be replaced, null for none; left out, whatever is there is replaced. */
  readonly base?: string | null | undefined;
}

/** What became of a file that was to be written. */
export type Written =
  /** `old`: what was there; null where nothing was, or these very bytes. */
  | { readonly kind: 'written'; readonly old: Uint8Array | null }
  /** It is not as `base` says. */
  | { readonly kind: 'edited'; readonly saved: readonly SavedCopy[] };

/** How often a file is replaced anew that people save while it is written. */
const TRIES = 5;

/** Writes one file and records what it was before. @throws TypedError as `changeFiles` does. */
export async function writeRecorded(write: RecordedWrite): Promise<Written> {
  const { workspace, paths, kind, file, text, folder, keeps, base } = write;
  const to = sha256(text);
  for (let tries = 1; ; tries += 1) {
    const there = readPeoplesBytes(file);
    const current = there === null ? null : sha256(there);
    const from = base === undefined || current === to ? current : base;
    const files = [{ kind, path: paths.relative(file), from, to, content: text }];
    const about = { round: 1, base: from ?? '', candidate: to };
    const change = { workspace, root: paths.folder, files, guards: [], folder, keeps, ...about };
    const edited = await changeFiles({ ...change, point: 'write' });
    if (edited === null) return { kind: 'written', old: current === to ? null : there };
    if (base !== undefined) return { kind: 'edited', saved: edited.saved };
    if (tries === TRIES)
      throw new TypedError(
        'BaseChanged',
        `${join(paths.folder, edited.path)} was saved each time it was to be written.`,
      );
  }
}
