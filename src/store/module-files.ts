import { join, relative } from 'node:path';
import { bareSlug, FILE_KINDS, type FileKind, type ModuleRef, type ModuleText } from '../domain/module.ts';
import { isThere, namesIn, readOptional, sha256 } from './atomic.ts';

/** A module's files as they are on disk. */
export interface ModuleFiles {
  readonly ref: ModuleRef;
  readonly text: ModuleText;
  /** SHA-256 of each file's bytes; null where it does not exist. */
  readonly hashes: Readonly<Record<FileKind, string | null>>;
  /** Hash over all of them: the version of the module. */
  readonly hash: string;
}

/** Where a module's files are; `folder` is the manifest's. */
export class ModulePaths {
  readonly folder: string;
  readonly ref: ModuleRef;
  /** File stem: the manifest's entry, or without its number where the lesson is kept so (a later layout). */
  readonly stem: string;

  constructor(folder: string, ref: ModuleRef, stem: string = ref.slug) {
    this.folder = folder;
    this.ref = ref;
    this.stem = stem;
  }

  /** Path of one of the audited files. */
  file(kind: FileKind): string {
    const { track } = this.ref;
    if (kind === 'lesson') return join(this.folder, track, `${this.stem}.md`);
    if (kind === 'plan') return join(this.folder, 'plans', track, `${this.stem}.yaml`);
    return join(this.folder, track, kind, `${this.stem}.yaml`);
  }

  get review(): string {
    return join(this.folder, this.ref.track, 'review', `${this.stem}-review.md`);
  }

  /** Research files carry the bare slug, also where the stem is numbered. */
  get research(): string {
    return join(this.folder, this.ref.track, 'research', `${bareSlug(this.ref.slug)}-research.md`);
  }

  /** A path as it is shown and recorded: relative to the manifest's folder. */
  relative(file: string): string {
    return relative(this.folder, file);
  }
}

/**
 * Finds a module's files: under its manifest entry, else under the bare slug, else under either in another Unicode form (a
 * Mac writes `й` as two characters, a manifest mostly has one).
 */
export async function modulePaths(folder: string, ref: ModuleRef): Promise<ModulePaths> {
  const stems = [...new Set([ref.slug, bareSlug(ref.slug)])];
  for (const stem of stems) {
    const paths = new ModulePaths(folder, ref, stem);
    // With one stem nothing is to choose; only letters beyond ASCII have two forms.
    if ((stems.length === 1 && isAscii(stem)) || (await isThere(paths.file('lesson')))) return paths;
  }
  const names = isAscii(ref.slug) ? [] : await namesIn(join(folder, ref.track));
  const other = stems
    .map((stem) => names.find((name) => name.normalize() === `${stem.normalize()}.md`))
    .find((name) => name !== undefined);
  return new ModulePaths(folder, ref, other === undefined ? ref.slug : other.slice(0, -'.md'.length));
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** Reads a module with its sidecars. Bytes that are no UTF-8 are replaced in the text; the hashes are over the bytes. */
export async function readModule(paths: ModulePaths): Promise<ModuleFiles> {
  const read = await Promise.all(FILE_KINDS.map(async (kind) => [kind, await readOptional(paths.file(kind))] as const));
  const record = <T>(of: (bytes: Buffer | null) => T): Record<FileKind, T> =>
    Object.fromEntries(read.map(([kind, bytes]) => [kind, of(bytes)])) as Record<FileKind, T>;
  const hashes = record((bytes) => (bytes === null ? null : sha256(bytes)));
  const files = record((bytes) => (bytes === null ? null : bytes.toString('utf8')));
  return { ref: paths.ref, text: { ref: paths.ref, files }, hashes, hash: versionHash(hashes) };
}

/** Hash of a version from the hashes of its files. */
export function versionHash(hashes: Readonly<Record<FileKind, string | null>>): string {
  return sha256(FILE_KINDS.map((kind) => `${kind}:${hashes[kind] ?? '-'}`).join('\n'));
}
