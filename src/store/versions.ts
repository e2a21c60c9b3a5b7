import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TypedError } from '../domain/failure.ts';
import { FILE_KINDS, type FileKind, type ModuleText } from '../domain/module.ts';
import { isThere, readJson, readOptional, sha256, writeWork } from './atomic.ts';
import { versionHash, type ModuleFiles } from './module-files.ts';
import { Recent } from './recent.ts';
import type { Workspace } from './workspace.ts';

const nullable = z.string().nullable();
const kinds = <T extends z.ZodType>(value: T) => z.record(z.enum(FILE_KINDS), value);
const versionSchema = z.object({
  ref: z.object({ track: z.string(), slug: z.string(), number: z.number() }),
  files: kinds(nullable),
  hashes: kinds(nullable),
});

/** A version of a module that was read or staged: a base, or a candidate. */
export interface StoredVersion extends ModuleFiles {}

/** Versions and prompts kept in memory, each: those of the modules that are open. */
const KEPT = 64;

/** Versions of modules by hash, and prompts by hash: what steps hand on by reference, so that no text enters history. */
export class WorkStore {
  private readonly folder: string;
  private readonly versions = new Recent<StoredVersion>(KEPT);
  private readonly prompts = new Recent<string>(KEPT);

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'work');
  }

  private versionFile(hash: string): string {
    return join(this.folder, 'versions', `${hash}.json`);
  }

  private promptFile(hash: string): string {
    return join(this.folder, 'prompts', `${hash}.md`);
  }

  /** Keeps a version as read from disk. */
  async putVersion(version: ModuleFiles): Promise<void> {
    const file = this.versionFile(version.hash);
    const known = this.versions.get(version.hash) !== undefined;
    this.versions.set(version.hash, version);
    if (known || (await isThere(file))) return;
    await writeWork(file, JSON.stringify({ ref: version.ref, files: version.text.files, hashes: version.hashes }));
  }

  /** Keeps a candidate: the base with some files replaced. Gives the candidate's version. */
  async stage(base: ModuleFiles, replaced: Partial<Record<FileKind, string>>): Promise<StoredVersion> {
    const files = { ...base.text.files, ...replaced };
    const hashes = { ...base.hashes };
    for (const [kind, text] of Object.entries(replaced)) hashes[kind as FileKind] = sha256(text);
    const text: ModuleText = { ref: base.ref, files };
    const version = { ref: base.ref, text, hashes, hash: versionHash(hashes) };
    await this.putVersion(version);
    return version;
  }

  /** @throws TypedError WorkLost where the version is not there (a power cut, or the folder was cleared while a task ran). */
  async version(hash: string): Promise<StoredVersion> {
    const known = this.versions.get(hash);
    if (known !== undefined) return known;
    const parsed = versionSchema.safeParse(await readJson(this.versionFile(hash)));
    if (!parsed.success) return lost('version', hash, this.versionFile(hash));
    const { ref, files, hashes } = parsed.data;
    const version = { ref, text: { ref, files }, hashes, hash };
    this.versions.set(hash, version);
    return version;
  }

  /** Keeps a prompt and gives its hash. */
  async putPrompt(text: string): Promise<string> {
    const hash = sha256(text);
    const file = this.promptFile(hash);
    if (!(await isThere(file))) await writeWork(file, text);
    this.prompts.set(hash, text);
    return hash;
  }

  /** @throws TypedError WorkLost where the prompt is not there. */
  async prompt(hash: string): Promise<string> {
    const known = this.prompts.get(hash);
    if (known !== undefined) return known;
    const bytes = await readOptional(this.promptFile(hash));
    const text = bytes?.toString('utf8') ?? '';
    return sha256(text) === hash ? text : lost('prompt', hash, this.promptFile(hash));
  }
}

/** What a power cut left of a file is removed, so that it is written again. */
async function lost(what: string, hash: string, file: string): Promise<never> {
  await rm(file, { force: true });
  throw new TypedError('WorkLost', `The ${what} ${hash.slice(0, 12)} is gone from .batch-manager/work.`);
}
