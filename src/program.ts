import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Wiring } from './commands/command.ts';
import { SUMMARIES, type CommandName } from './commands/summaries.ts';
import { savedText } from './domain/log-texts.ts';
import { hasUnderWay } from './store/under-way-folder.ts';
import { VERSION } from './version.ts';

type Load = (wiring: Wiring) => Promise<CommandUnknownOpts>;

const operation =
  (name: 'fix-review' | 'research' | 'orchestrate'): Load =>
  async (wiring) =>
    (await import('./commands/start.ts')).newStartCommand(name, wiring);

/** Each command is loaded when it is the one that is asked for. */
const LOADERS: Record<CommandName, Load> = {
  'fix-review': operation('fix-review'),
  research: operation('research'),
  orchestrate: operation('orchestrate'),
  list: async (wiring) => (await import('./commands/list.ts')).newListCommand(wiring),
  show: async (wiring) => (await import('./commands/show.ts')).newShowCommand(wiring),
  watch: async (wiring) => (await import('./commands/watch.ts')).newWatchCommand(wiring),
  logs: async (wiring) => (await import('./commands/logs.ts')).newLogsCommand(wiring),
  plan: async (wiring) => (await import('./commands/plan.ts')).newPlanCommand(wiring),
  diff: async (wiring) => (await import('./commands/diff.ts')).newDiffCommand(wiring),
  audit: async (wiring) => (await import('./commands/audit.ts')).newAuditCommand(wiring),
  stop: async (wiring) => (await import('./commands/stop.ts')).newStopCommand(wiring),
  pause: async (wiring) => (await import('./commands/pause.ts')).newPauseCommand(wiring),
  resume: async (wiring) => (await import('./commands/resume.ts')).newResumeCommand(wiring),
  skip: async (wiring) => (await import('./commands/skip.ts')).newSkipCommand(wiring),
  retry: async (wiring) => (await import('./commands/retry.ts')).newRetryCommand(wiring),
  answer: async (wiring) => (await import('./commands/answer.ts')).newAnswerCommand(wiring),
  set: async (wiring) => (await import('./commands/set.ts')).newSetCommand(wiring),
  undo: async (wiring) => (await import('./commands/undo.ts')).newUndoCommand(wiring),
  apply: async (wiring) => (await import('./commands/apply.ts')).newApplyCommand(wiring),
  rebuild: async (wiring) => (await import('./commands/rebuild.ts')).newRebuildCommand(wiring),
  up: async (wiring) => (await import('./commands/up.ts')).newUpCommand(wiring),
  down: async (wiring) => (await import('./commands/down.ts')).newDownCommand(wiring),
  worker: async (wiring) => (await import('./commands/worker.ts')).newWorkerCommand(wiring),
  auth: async (wiring) => (await import('./commands/auth.ts')).newAuthCommand(wiring),
  cache: async (wiring) => (await import('./commands/cache.ts')).newCacheCommand(wiring),
  doctor: async (wiring) => (await import('./commands/doctor.ts')).newDoctorCommand(wiring),
  completion: async (wiring) => (await import('./commands/completion.ts')).newCompletionCommand(wiring),
  complete: async (wiring) => {
    const { newCompleteCommand } = await import('./commands/complete.ts');
    return newCompleteCommand(wiring, (name) => LOADERS[name](wiring));
  },
  supervise: async (wiring) => (await import('./commands/supervise.ts')).newSuperviseCommand(wiring),
};

export const COMMAND_NAMES = Object.keys(SUMMARIES) as CommandName[];

/** Builds the command tree; of the commands only the wanted one, the others are there for `--help` and near names. */
export async function createProgram(wiring: Wiring, wanted: string | undefined): Promise<CommandUnknownOpts> {
  const program = new Command('batch-manager')
    .description(
      'Takes curriculum modules through audit, fix and re-review until they pass, as durable Temporal workflows',
    )
    .version(VERSION)
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nStart with:\n  $ batch-manager fix-review TRACK START END\n\nExit codes: 0 all passed, 1 not all passed or an error, 2 wrong usage, 3 stopped, 4 no engine, 5 no such task, 8 still running',
    );
  for (const name of COMMAND_NAMES) {
    const { group } = SUMMARIES[name];
    const command = name === wanted ? await LOADERS[name](wiring) : mention(name);
    if (group !== null) command.helpGroup(`${group}:`);
    program.addCommand(command, { hidden: group === null });
  }
  // Before and after: `stop` and `down` may be what comes after a kill in the midst of a change.
  const tidy = (): Promise<void> => takeBackHalfDone(wiring, wanted);
  program.hook('preAction', tidy).hook('postAction', tidy);
  return exitOverridden(program);
}

/** Commands that end before they look at a workspace. */
const NO_WORKSPACE: ReadonlySet<string> = new Set(['complete', 'completion', 'supervise']);

/** Gives back the files of modules that a killed process has left half exchanged. One look at a folder where there are none. */
async function takeBackHalfDone(wiring: Wiring, wanted: string | undefined): Promise<void> {
  if (wanted === undefined || NO_WORKSPACE.has(wanted)) return;
  const { workspace, io } = wiring.context();
  if (!hasUnderWay(workspace)) return;
  const { takeBackLeft } = await import('./store/under-way.ts');
  try {
    for (const { paths, saved } of await takeBackLeft(workspace)) {
      io.err(`A process was killed while it changed ${paths.join(', ')}: the files are as they were before.\n`);
      for (const copy of saved) io.err(`${savedText(copy)}\n`);
    }
  } catch (error) {
    io.err(`A change that was cut off could not be taken back: ${(error as Error).message}\n`);
  }
}

/** A command as `--help` shows it. */
function mention(name: CommandName): CommandUnknownOpts {
  const { usage, description } = SUMMARIES[name];
  const command = new Command(name).description(description);
  for (const word of usage.split(' ').filter((part) => part !== '')) {
    if (word === '[options]') command.option('--help');
    else command.argument(word);
  }
  return command;
}

/** Makes commander throw instead of ending the process, in the whole tree. */
function exitOverridden(command: CommandUnknownOpts): CommandUnknownOpts {
  command.exitOverride();
  for (const child of command.commands) exitOverridden(child);
  return command;
}
