/**
 * What a task with `--propose` would have put in place: the better text with its score, its review and the difference, in
 * `.batch-manager/proposals/<task>/<track>/<slug>/`. It holds all that `apply` needs, so that nothing else has to be kept.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TypedError } from '../domain/failure.ts';
import { savedText } from '../domain/log-texts.ts';
import { FIXABLE_KINDS, type ModuleRef } from '../domain/module.ts';
import { changeName, changesBetween, type ApplyOutcome } from './apply.ts';
import { namesIn, readJson, readOptional, sha256, writeState } from './atomic.ts';
import { changedPaths } from './backups.ts';
import { changeFiles, type FileWrite } from './change-files.ts';
import { peoplesHash, type ModulePaths } from './module-files.ts';
import { patchText } from './patch.ts';
import type { StoredVersion } from './versions.ts';
import type { Workspace } from './workspace.ts';

const hash = z.string().nullable();
const proposalSchema = z.object({
  /** ISO time. */
  at: z.string(),
  /** The fix round that made it. */
  round: z.number(),
  /** Hash of the version that it was made for, and of the version that it proposes. */
  base: z.string(),
  candidate: z.string(),
  /** Review scores, 0 to 10: of the base and of what is proposed. */
  base_score: z.number(),
  score: z.number(),
  /** Whether it passes; else it is only better than the base. */
  passes: z.boolean(),
  /** `provider/model` that reviewed it. */
  model: z.string(),
  /** SHA-256 of each file of the base; null where there is none. */
  base_files: z.record(z.enum(FIXABLE_KINDS), hash),
  files: z.array(z.object({ kind: z.enum(FIXABLE_KINDS), path: z.string(), from: hash, to: hash })),
});

export type Proposal = z.infer<typeof proposalSchema>;

const LIST = 'proposal.json';
const REVIEW = 'review.md';

/** How long the difference of one file may take in the worker, ms. */
const DIFF_MS = 250;

/** Folder of the proposals under the workspace's state. */
export const PROPOSALS = 'proposals';

/** Where a task's proposal for a module lies: `proposal.json`, `review.md`, `changes.diff`, `before/<path>`, `after/<path>`. */
export function proposalFolder(workspace: Workspace, taskId: string, ref: Pick<ModuleRef, 'track' | 'slug'>): string {
  return join(workspace.state, PROPOSALS, taskId, ref.track, ref.slug);
}

/** The modules of a track that a task has a proposal for. */
export async function proposedModules(workspace: Workspace, taskId: string, track: string): Promise<string[]> {
  const slugs = await namesIn(join(workspace.state, PROPOSALS, taskId, track));
  const found = await Promise.all(
    slugs.map((slug) => readProposal(proposalFolder(workspace, taskId, { track, slug }))),
  );
  return slugs.filter((_, index) => found[index] !== null);
}

/** The proposal that a folder holds; null where there is none. */
export async function readProposal(folder: string): Promise<Proposal | null> {
  const parsed = proposalSchema.safeParse(await readJson(join(folder, LIST)));
  return parsed.success ? parsed.data : null;
}

/** The text of a proposal's review. */
export async function proposedReview(folder: string): Promise<string> {
  return (await readOptional(join(folder, REVIEW)))?.toString('utf8') ?? '';
}

/** The two texts of a file of a proposal; null where there is no such file. */
export async function proposedTexts(
  folder: string,
  path: string,
): Promise<{ readonly before: string | null; readonly after: string | null }> {
  const text = async (side: string): Promise<string | null> =>
    (await readOptional(join(folder, side, path)))?.toString('utf8') ?? null;
  return { before: await text('before'), after: await text('after') };
}

/** Keeps a candidate instead of applying it, in the place of an earlier one of this task. Refused as an apply would be. */
export async function putProposal(options: {
  readonly folder: string;
  readonly paths: ModulePaths;
  /** The version on disk. */
  readonly base: StoredVersion;
  readonly candidate: StoredVersion;
  readonly about: Pick<Proposal, 'round' | 'base_score' | 'score' | 'passes' | 'model'>;
  readonly review: string;
}): Promise<ApplyOutcome> {
  const { folder, paths, base, candidate, about, review } = options;
  const { files, guards } = changesBetween(paths, base, candidate);
  const asInBase = [...guards, ...files.map(({ path, from }) => ({ path, hash: from }))];
  for (const guard of asInBase) {
    if (peoplesHash(join(paths.folder, guard.path)) === guard.hash) continue;
    return { kind: 'base-changed', detail: `${guard.path} was edited meanwhile; the proposal was dropped` };
  }
  await rm(folder, { recursive: true, force: true });
  const patches: string[] = [];
  for (const { kind, path } of files) {
    const [before, after] = [base.text.files[kind], candidate.text.files[kind]];
    if (before !== null) await writeState(join(folder, 'before', path), before);
    await writeState(join(folder, 'after', path), after ?? '');
    patches.push(await patchText(path, before, after, DIFF_MS));
  }
  await writeState(join(folder, 'changes.diff'), patches.join(''));
  await writeState(join(folder, REVIEW), review);
  const proposal: Proposal = {
    at: new Date().toISOString(),
    base: base.hash,
    candidate: candidate.hash,
    base_files: hashesOf(base),
    files: files.map(({ kind, path, from, to }) => ({ kind, path, from, to })),
    ...about,
  };
  await writeState(join(folder, LIST), `${JSON.stringify(proposal, null, 2)}\n`);
  return { kind: 'applied', files: files.map(({ path }) => path) };
}

const hashesOf = ({ hashes }: StoredVersion): Proposal['base_files'] =>
  Object.fromEntries(FIXABLE_KINDS.map((kind) => [kind, hashes[kind]])) as Proposal['base_files'];

/** The files of a proposal's base that are neither as they were nor as proposed: edited since. */
export async function editedSince(paths: ModulePaths, { base_files, files }: Proposal): Promise<string[]> {
  const edited: string[] = [];
  for (const kind of FIXABLE_KINDS) {
    const current = peoplesHash(paths.file(kind));
    const proposed = files.find((file) => file.kind === kind);
    if (current !== base_files[kind] && (proposed === undefined || current !== proposed.to))
      edited.push(paths.relative(paths.file(kind)));
  }
  return edited;
}

/**
 * Puts a proposal in the place of the base that it was made for. Idempotent, as an apply is; its files are those that the
 * task changed, also before a crash: none where it was in place already.
 */
export async function applyProposal(options: {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly proposal: Proposal;
  readonly paths: ModulePaths;
  /** The module's folder of backups, of the task that applies. */
  readonly backups: string;
}): Promise<ApplyOutcome> {
  const { workspace, folder, proposal, paths, backups } = options;
  const { round, base, candidate, base_files } = proposal;
  const files = await Promise.all(proposal.files.map((file) => proposedWrite(folder, file)));
  const guards = FIXABLE_KINDS.filter((kind) => !files.some((file) => file.kind === kind)).map((kind) => {
    return { path: paths.relative(paths.file(kind)), hash: base_files[kind] };
  });
  const what = { workspace, root: paths.folder, files, guards };
  const change = { ...what, round, base, candidate, keeps: 'all', point: 'apply' } as const;
  const edited = await changeFiles({ ...change, folder: join(backups, changeName(round, candidate)) });
  if (edited !== null) {
    const detail = `${edited.path} was edited since it was proposed; the module was left as it is`;
    return { kind: 'base-changed', detail: [detail, ...edited.saved.map(savedText)].join('; ') };
  }
  return { kind: 'applied', files: await changedPaths(backups) };
}

/** @throws TypedError BadRequest where the proposed text is not what it is to be. */
async function proposedWrite(folder: string, file: Proposal['files'][number]): Promise<FileWrite> {
  const copy = join(folder, 'after', file.path);
  const content = await readOptional(copy);
  if (content === null || sha256(content) !== file.to)
    throw new TypedError('BadRequest', `The proposal ${copy} was changed or is gone; nothing was applied.`);
  return { ...file, content };
}
