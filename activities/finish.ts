import { join, relative } from 'node:path';
import { EDITED_TEXT, endedText, replacedText, savedText, withNote } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { extractReview } from '../src/domain/reply.ts';
import { readReviewStamp, renderReviewFile } from '../src/domain/review-text.ts';
import { sha256 } from '../src/store/atomic.ts';
import { backupFolder, hasBackups, savedCopies, writersOf } from '../src/store/backups.ts';
import { moduleHashes, type ModulePaths } from '../src/store/module-files.ts';
import { writeRecorded } from '../src/store/write-recorded.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { FinishInput, ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf, replyOf } from './versions.ts';

/** Ends that speak of the text that was reviewed: of another one they would say nothing. */
const OF_THE_TEXT: ReadonlySet<Outcome> = new Set<Outcome>([
  'PASS_ON_REVIEW',
  'FIXED',
  'REVIEWED',
  'PROPOSED',
  'FAIL_AFTER_RETRIES',
  'STUCK',
]);

/** The last step of a module: its review file, its generation, its line in the log. */
export function createFinish(deps: Deps): ModuleSteps['finish'] {
  return async (input) => {
    const { end, module } = input;
    const log = (event: string, text: string): Promise<void> =>
      appendLog(deps.workspace, input.taskId, { subject: moduleKey(module), event, text });
    if (await wasEdited(deps, input)) {
      await log('finish', EDITED_TEXT);
      return { kind: 'base-changed' };
    }
    const replaced = input.reviewed === null ? null : await writeReview(deps, input, input.reviewed);
    // The same command shall try anew after these two ends, and after no other.
    if (end.outcome === 'FAIL_AFTER_RETRIES' || end.outcome === 'STUCK')
      await deps.generations.raiseTo(module, module.generation + 1);
    const note = noteOf([replaced, ...(await savedNotes(deps, input))]);
    await log('ended', endedText(withNote(end, note)));
    return note === undefined ? { kind: 'finished' } : { kind: 'finished', note };
  };
}

function noteOf(notes: readonly (string | null)[]): string | undefined {
  const told = notes.filter((note) => note !== null);
  return told.length === 0 ? undefined : told.join('; ');
}

/** What a person saved while the module was changed, and that is not in its place. */
async function savedNotes(deps: Deps, { taskId, module }: FinishInput): Promise<string[]> {
  const { folder } = deps.manifest();
  return (await savedCopies(backupFolder(deps.workspace, taskId, module), folder)).map(savedText);
}

/** Whether a person edited the module since the version that its end speaks of was read or written. */
async function wasEdited(deps: Deps, { end, module, reviewed }: FinishInput): Promise<boolean> {
  if (reviewed === null || !OF_THE_TEXT.has(end.outcome)) return false;
  return moduleHashes(await pathsOf(deps, module)).hash !== reviewed.hash;
}

async function writeReview(
  deps: Deps,
  input: FinishInput,
  reviewed: { hash: string; review: string },
): Promise<string | null> {
  const reply = await replyOf(deps, reviewed.review);
  const stamp = { task: input.taskId, base: reviewed.hash, model: reply.model, score: input.end.score ?? 0 };
  const text = renderReviewFile({ review: extractReview(reply.text) ?? reply.text, stamp });
  return writeReviewFile(deps, input, text);
}

/** Puts a review in its place, and keeps the one before; says so where that one was not ours, else null. */
export async function writeReviewFile(
  deps: Deps,
  { taskId, module }: Pick<FinishInput, 'taskId' | 'module'>,
  text: string,
): Promise<string | null> {
  const { workspace } = deps;
  const paths = await pathsOf(deps, module);
  const folder = join(backupFolder(workspace, taskId, module), 'review');
  const write = { workspace, paths, kind: 'review', file: paths.review, text, folder, keeps: 'old' } as const;
  const written = await writeRecorded(write);
  if (written.kind === 'edited' || written.old === null || (await isOurs(deps, paths, written.old))) return null;
  const path = paths.relative(paths.review);
  return replacedText(path, relative(workspace.root, join(folder, 'before', path)));
}

/** Whether a task wrote these very bytes. Of a task whose backups are not here (another clone) its stamp is believed. */
async function isOurs({ workspace }: Deps, paths: ModulePaths, review: Uint8Array): Promise<boolean> {
  const stamp = readReviewStamp(Buffer.from(review).toString('utf8'));
  if (stamp === null) return false;
  if (!(await hasBackups(workspace, stamp.task, paths.ref))) return true;
  return (await writersOf(workspace, paths.ref, paths.relative(paths.review), sha256(review))).length > 0;
}
