import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { join } from 'node:path';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { followedModules, startFollowUp, type FollowUpFlags } from '../progress/follow-up.ts';
import { taskRecord } from '../progress/task-record.ts';
import { readPeoplesBytes, shownText } from '../files/people-file.ts';
import { backupFolder } from '../store/backups.ts';
import { patchText } from '../store/patch.ts';
import type { TaskRecord } from '../store/records.ts';
import { lastText, undoableModules, writtenFiles } from '../store/undo.ts';
import { printJson } from '../views/json.ts';
import { manifestOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';

/** `undo`: gives modules the text back that they had before a task. */
export function newUndoCommand(wiring: Wiring, run = runUndo): CommandUnknownOpts {
  const command = newCommand('undo', [
    ['Undo all that the newest task changed', 'undo latest'],
    ['One module of it', 'undo latest --module 06-aspect-complete-system'],
    ['Also where somebody edited it since; a copy of that is kept', 'undo latest --module 6 --force'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--force', 'also files that were changed since; what they hold now is kept under .batch-manager/backups')
    .option('-b, --background', 'print the id of the undo and return')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runUndo(context: Context, options: FollowUpFlags & { readonly id: string }): Promise<ExitCode> {
  const record = await taskRecord(context, options.id);
  const candidates = await undoableModules(context.workspace, record.task_id, record.track);
  const slugs = followedModules(record, 'undo', { module: options.module, candidates });
  if (slugs.length === 0) return noChange(context, record, options);
  const { taskId, code } = await startFollowUp(context, 'undo', record, slugs, options);
  if (options.background !== true && options.json !== true) await showEdits(context, record, taskId);
  return code;
}

function noChange(context: Context, record: TaskRecord, options: FollowUpFlags): ExitCode {
  const what = options.module ?? 'any module';
  if (options.json === true) printJson(context.io, { task_id: null, of_task: record.task_id, changed: false });
  else context.io.err(`No change: ${record.task_id} changed or replaced no file of ${what}.\n`);
  return EXIT.ok;
}

/** Shows what stands in the way of an undo: what was changed since the task. */
async function showEdits(context: Context, record: TaskRecord, undoId: string): Promise<void> {
  const undone = await context.records.get(undoId);
  const refused = Object.entries(undone?.modules ?? {}).filter(([, { outcome }]) => outcome === 'BASE_CHANGED');
  const { folder } = manifestOf(context);
  for (const [slug] of refused) {
    const backups = backupFolder(context.workspace, record.task_id, { track: record.track, slug });
    for (const file of await writtenFiles(backups)) {
      if (file.kind === 'review') continue;
      const now = shownText(readPeoplesBytes(join(folder, file.path)));
      const written = await lastText(file);
      if (now !== written) context.io.exact(await patchText(file.path, written, now));
    }
  }
  if (refused.length > 0)
    context.io.err(
      `Above: what was changed since ${record.task_id}. Nothing of these modules was undone.\n` +
        `Undo it all the same, and keep a copy: batch-manager undo ${record.task_id} --module SLUG --force\n`,
    );
}
