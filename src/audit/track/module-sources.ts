import type { ModuleRef, ModuleText } from '../../domain/module.ts';
import { Answering } from '../../files/answering.ts';
import { readPeoplesText } from '../../files/people-file.ts';
import { isThere, sha256 } from '../../store/atomic.ts';
import { askModule, modulePaths, readModule, type ModulePaths } from '../../store/module-files.ts';

/** All that the audit of a module reads. */
export interface ModuleSources {
  readonly paths: ModulePaths;
  readonly text: ModuleText;
  /** Null where there is no review. */
  readonly review: string | null;
  /** Hash over all of it. */
  readonly hash: string;
}

const answering = new Answering();

/** Reads a module's files; null where it has no lesson. */
export async function readSources(folder: string, ref: ModuleRef): Promise<ModuleSources | null> {
  await askModule(answering, folder, ref);
  const paths = await modulePaths(folder, ref);
  const { text, hashes, hash: version } = await readModule(paths);
  if (hashes.lesson === null) return null;
  const review = readPeoplesText(paths.review);
  // The number is part of what is judged: a module that moved in the manifest may be of another level.
  const hash = sha256(`${version}:${review === null ? '-' : sha256(review)}:${ref.number}`);
  return { paths, text, review, hash };
}

/** Whether a module is written yet. */
export async function hasLesson(folder: string, ref: ModuleRef): Promise<boolean> {
  return isThere((await modulePaths(folder, ref)).file('lesson'));
}
