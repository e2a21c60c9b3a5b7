import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { bookedCalls, stepCosts } from '../domain/booked-calls.ts';
import { formatLogLine } from '../domain/log-line.ts';
import { scoreText } from '../domain/score-text.ts';
import { taskAtRest, taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readProgress } from '../progress/follow.ts';
import { sayWhyTheyStand } from '../progress/standing.ts';
import { exitCodeOf, findModule, taskRecord } from '../progress/task-record.ts';
import { readPeoplesBytes, shownText } from '../files/people-file.ts';
import { LedgerStore } from '../store/ledger.ts';
import { modulePaths, type ModulePaths } from '../store/module-files.ts';
import {
  editedSince,
  proposalFolder,
  proposedModules,
  proposedReview,
  readProposal,
  type Proposal,
} from '../store/proposals.ts';
import type { TaskRecord } from '../store/records.ts';
import { lastLines, taskLines } from '../store/task-log.ts';
import { stepCostTable } from '../views/cost.ts';
import { moduleTable, questionsText, taskHead } from '../views/task.ts';
import { ANSWER_UPDATE, MESSAGES, SET_UPDATE, TASK_MESSAGES } from '../../workflows/contract.ts';
import { manifestOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

/** Lines of the log that are shown. */
const TAIL = 10;

/** Events of the log that a person asked for. */
const STEERING: ReadonlySet<string> = new Set([
  SET_UPDATE,
  ANSWER_UPDATE,
  ...Object.keys(MESSAGES),
  ...Object.keys(TASK_MESSAGES),
]);

interface ShowOptions {
  readonly id: string;
  readonly module?: string | undefined;
  readonly exitStatus?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `show`: a task's state, its modules and the tail of its log; or one module with its review. */
export function newShowCommand(wiring: Wiring, run = runShow): CommandUnknownOpts {
  const command = newCommand('show', [
    ['The newest task', 'show latest'],
    ['One module of it, with the text of its review', 'show latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--exit-status', 'exit with 0 all passed, 1 not, 3 stopped, 8 running')
    .option('--json', 'print the record as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runShow(context: Context, options: ShowOptions): Promise<ExitCode> {
  const record = await taskRecord(context, options.id);
  if (options.module !== undefined) await showModule(context, record, options.module, options.json ?? false);
  else if (options.json === true) printJson(context.io, record);
  else await showTask(context, record);
  return options.exitStatus === true ? exitCodeOf(record) : EXIT.ok;
}

async function showTask(context: Context, record: TaskRecord): Promise<void> {
  const { io } = context;
  const running = taskEnded(record.status) ? undefined : (await readProgress(context, record.task_id)).running;
  io.out(`${taskHead(record, new Date())}\n${moduleTable(record, io.columns, running)}\n`);
  const lines = await lastLines(context.workspace, record.task_id, null, TAIL);
  io.out(lines.map((line) => `${formatLogLine(line)}\n`).join(''));
  await showSteering(context, record.task_id);
  io.out(questionsText(record));
  const proposed = await proposedModules(context.workspace, record.task_id, record.track);
  if (proposed.length > 0)
    io.err(
      `Proposals: ${proposed.length}. See them: batch-manager diff ${record.task_id}\nPut them in place: batch-manager apply ${record.task_id}\n`,
    );
  if (taskEnded(record.status)) return;
  const webUi = (await context.engineIfUp())?.webUi ?? null;
  if (webUi !== null) io.err(`Web UI: ${webUi}/workflows/${record.task_id}\n`);
  if (!taskAtRest(record.status)) await sayWhyTheyStand(context, record.updated_at);
}

/** Who changed what, and why, to the end. */
async function showSteering(context: Context, taskId: string): Promise<void> {
  const lines = await taskLines(context.workspace, taskId);
  const steered = lines.filter(({ event }) => STEERING.has(event)).slice(-TAIL);
  if (steered.length === 0) return;
  context.io.out('\nSteered:\n');
  context.io.out(steered.map((line) => `  ${formatLogLine(line)}\n`).join(''));
}

async function showModule(context: Context, record: TaskRecord, wanted: string, json: boolean): Promise<void> {
  const [slug, module] = findModule(record, wanted);
  const { io } = context;
  const ref = { track: record.track, slug, number: module.number };
  const paths = await modulePaths(manifestOf(context).folder, ref);
  const review = shownText(readPeoplesBytes(paths.review));
  const folder = proposalFolder(context.workspace, record.task_id, ref);
  const proposal = await readProposal(folder);
  const calls = bookedCalls(await new LedgerStore(context.workspace).lines(record.task_id));
  const costs = stepCosts(calls.filter((call) => call.module === `${record.track}/${slug}`));
  if (json) return printJson(io, { slug, ...module, costs, review, proposal });
  const score = module.score === null ? '' : `, score ${scoreText(module.score)}`;
  io.out(
    `${record.track}/${slug}: ${module.outcome ?? 'not ended'}${score}, ${module.rounds} rounds. ${module.detail}\n\n`,
  );
  const lines = await lastLines(context.workspace, record.task_id, `${record.track}/${slug}`, 2 * TAIL);
  io.out(lines.map((line) => `${formatLogLine(line)}\n`).join(''));
  const table = stepCostTable(costs);
  io.out(table === '' ? '' : `\n${table}`);
  io.out(review === null ? '\nThere is no review file.\n' : `\n${paths.relative(paths.review)}\n\n${review}\n`);
  if (proposal !== null) await showProposal(context, record, { paths, folder, proposal });
}

/** What is proposed for a module, with the text of its review. */
async function showProposal(
  { io }: Context,
  record: TaskRecord,
  { paths, folder, proposal }: { paths: ModulePaths; folder: string; proposal: Proposal },
): Promise<void> {
  const { base_score: from, score, passes, round, files } = proposal;
  const edited = await editedSince(paths, proposal);
  const state = edited.length > 0 ? `; edited since, so it cannot be applied: ${edited.join(', ')}` : '';
  io.out(
    `\nProposed in round ${round}: review ${scoreText(from)} to ${scoreText(score)}, ${passes ? 'passes' : 'does not pass'}${state}\n` +
      `  ${files.map(({ path }) => path).join(', ')}\n\n${await proposedReview(folder)}\n`,
  );
  io.err(`See it: batch-manager diff ${record.task_id} --module ${paths.ref.slug}\n`);
}
