import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { followedModules, startFollowUp, type FollowUpFlags } from '../progress/follow-up.ts';
import { taskRecord } from '../progress/task-record.ts';
import { proposedModules } from '../store/proposals.ts';
import { printJson } from '../views/json.ts';
import { newCommand, type Wiring } from './command.ts';

/** `apply`: puts in place what a task with --propose has proposed. */
export function newApplyCommand(wiring: Wiring, run = runApply): CommandUnknownOpts {
  const command = newCommand('apply', [
    ['Read what is proposed first', 'diff latest'],
    ['All that the newest task proposed', 'apply latest'],
    ['One module of it', 'apply latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('-b, --background', 'print the id of the apply and return')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runApply(context: Context, options: FollowUpFlags & { readonly id: string }): Promise<ExitCode> {
  const record = await taskRecord(context, options.id);
  const candidates = await proposedModules(context.workspace, record.task_id, record.track);
  const slugs = followedModules(record, 'apply', { module: options.module, candidates });
  if (slugs.length > 0) return (await startFollowUp(context, 'apply', record, slugs, options)).code;
  if (options.json === true) printJson(context.io, { task_id: null, of_task: record.task_id, changed: false });
  else context.io.err(`No change: ${record.task_id} has no proposal for ${options.module ?? 'any module'}.\n`);
  return EXIT.ok;
}
