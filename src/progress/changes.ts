/** What a task did to modules' files, and what it proposes to do, as texts. */
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { shownText } from '../files/people-file.ts';
import { readOptional } from '../store/atomic.ts';
import { appliedRounds, backupFolder, type KeptChange } from '../store/backups.ts';
import { proposalFolder, proposedTexts, readProposal } from '../store/proposals.ts';
import { hashNow } from '../store/take-back.ts';
import { manifestOf } from '../workspace-files.ts';

export interface ShownChange {
  readonly module: string;
  /** Relative to the manifest's folder. */
  readonly path: string;
  /** Null where there is no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** Whether it is only proposed, and not yet in place. */
  readonly proposed: boolean;
  /** Whether the file on disk is no longer what the task wrote or, for what is proposed, what it was made for. */
  readonly editedSince: boolean;
}

type Ref = { readonly track: string; readonly slug: string };

/** What a task changed in a module, from before its first change to its last, and what it proposes for it. */
export async function taskChanges(context: Context, taskId: string, ref: Ref): Promise<ShownChange[]> {
  const rounds = await appliedRounds(backupFolder(context.workspace, taskId, ref));
  const paths = [...new Set(rounds.flatMap((round) => round.files.map((file) => file.path)))];
  const changed = await Promise.all(paths.map((path) => changeOf(context, ref, path, rounds)));
  return [...changed, ...(await proposedChanges(context, taskId, ref))];
}

async function changeOf(
  context: Context,
  { track, slug }: Ref,
  path: string,
  rounds: readonly KeptChange[],
): Promise<ShownChange> {
  const touching = rounds.flatMap(({ folder, files }) =>
    files.filter((file) => file.path === path).map((file) => ({ ...file, folder })),
  );
  const [first, last] = [touching[0], touching.at(-1)];
  const text = async (file: string): Promise<string | null> => shownText(await readOptional(file));
  return {
    module: `${track}/${slug}`,
    path,
    before: first?.from === null ? null : await text(join(first?.folder ?? '', 'before', path)),
    after: last?.to === null ? null : await text(join(last?.folder ?? '', 'after', path)),
    proposed: false,
    editedSince: hashNow(join(manifestOf(context).folder, path)) !== last?.to,
  };
}

async function proposedChanges(context: Context, taskId: string, ref: Ref): Promise<ShownChange[]> {
  const folder = proposalFolder(context.workspace, taskId, ref);
  const proposal = await readProposal(folder);
  return Promise.all(
    (proposal?.files ?? []).map(async ({ path, from, to }) => {
      const current = hashNow(join(manifestOf(context).folder, path));
      const texts = await proposedTexts(folder, path);
      const editedSince = current !== from && current !== to;
      return { module: `${ref.track}/${ref.slug}`, path, ...texts, proposed: current !== to, editedSince };
    }),
  );
}
