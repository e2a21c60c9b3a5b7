import { lstatSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bareSlug, FILE_KINDS, type FileKind, type ModuleRef, type ModuleText } from '../domain/module.ts';
import type { Answering } from '../files/answering.ts';
import { readPeoplesBytes, textOf } from '../files/people-file.ts';
import { isThere, namesIn, sha256 } from './atomic.ts';

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
    if ((stems.length === 1 && isAscii(stem)) || (await isSomething(paths.file('lesson')))) return paths;
  }
  const names = isAscii(ref.slug) ? [] : await namesIn(join(folder, ref.track));
  const other = stems
    .map((stem) => names.find((name) => name.normalize() === `${stem.normalize()}.md`))
    .find((name) => name !== undefined);
  return new ModulePaths(folder, ref, other === undefined ? ref.slug : other.slice(0, -'.md'.length));
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** True also where that cannot be told, as of links in a circle: the read says why. */
const isSomething = (file: string): Promise<boolean> => isThere(file).catch(() => true);

/** Asks all folders of a module, and what its files point to where they are links. @throws UnusableFile where one does not answer. */
export async function askModule(answering: Answering, folder: string, ref: ModuleRef): Promise<void> {
  const files = [...new Set([ref.slug, bareSlug(ref.slug)])].flatMap((stem) => {
    const paths = new ModulePaths(folder, ref, stem);
    return [...FILE_KINDS.map((kind) => paths.file(kind)), paths.review, paths.research];
  });
  for (const at of new Set(files.map(dirname))) await answering.ask(at);
  for (const file of files) if (isLink(file)) await answering.ask(file);
}

/** False also for what cannot be looked at: the read says why. */
function isLink(file: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink();
  } catch {
    return false;
  }
}

/** SHA-256 of a person's file; null where there is none. @throws UnusableFile as `readPeoplesBytes` does. */
export function peoplesHash(file: string): string | null {
  const bytes = readPeoplesBytes(file);
  return bytes === null ? null : sha256(bytes);
}

/**
 * Reads a module with its sidecars.
 * @throws UnusableFile where one of them is no ordinary file, or not UTF-8.
 */
export async function readModule(paths: ModulePaths): Promise<ModuleFiles> {
  const bytes = readBytes(paths);
  const hashes = hashesOf(bytes);
  const files = byKind((kind) => {
    const read = bytes[kind];
    return read === null ? null : textOf(paths.file(kind), read);
  });
  return { ref: paths.ref, text: { ref: paths.ref, files }, hashes, hash: versionHash(hashes) };
}

/** The hashes of a module's files as they are, whether they can be worked with or not. @throws UnusableFile for what is no file. */
export function moduleHashes(paths: ModulePaths): Pick<ModuleFiles, 'hashes' | 'hash'> {
  const hashes = hashesOf(readBytes(paths));
  return { hashes, hash: versionHash(hashes) };
}

type ByKind<T> = Readonly<Record<FileKind, T>>;

const byKind = <T>(of: (kind: FileKind) => T): ByKind<T> =>
  Object.fromEntries(FILE_KINDS.map((kind) => [kind, of(kind)])) as ByKind<T>;

const readBytes = (paths: ModulePaths): ByKind<Buffer | null> => byKind((kind) => readPeoplesBytes(paths.file(kind)));

const hashesOf = (bytes: ByKind<Buffer | null>): ByKind<string | null> =>
  byKind((kind) => (bytes[kind] === null ? null : sha256(bytes[kind])));

/** Hash of a version from the hashes of its files. */
export function versionHash(hashes: Readonly<Record<FileKind, string | null>>): string {
  return sha256(FILE_KINDS.map((kind) => `${kind}:${hashes[kind] ?? '-'}`).join('\n'));
}
