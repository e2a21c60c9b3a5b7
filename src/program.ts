import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Wiring } from './commands/command.ts';
import { newDiffCommand } from './commands/diff.ts';
import { newDoctorCommand } from './commands/doctor.ts';
import { newDownCommand } from './commands/down.ts';
import { newListCommand } from './commands/list.ts';
import { newLogsCommand } from './commands/logs.ts';
import { newRebuildCommand } from './commands/rebuild.ts';
import { newRetryCommand } from './commands/retry.ts';
import { newShowCommand } from './commands/show.ts';
import { newStartCommand } from './commands/start.ts';
import { newStopCommand } from './commands/stop.ts';
import { newSuperviseCommand } from './commands/supervise.ts';
import { newUpCommand } from './commands/up.ts';
import { newWatchCommand } from './commands/watch.ts';
import { newWorkerCommand } from './commands/worker.ts';
import { OPERATION_NAMES } from './domain/operation.ts';
import { VERSION } from './version.ts';

/** Builds the command tree, nothing else. */
export function createProgram(wiring: Wiring): CommandUnknownOpts {
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
  program.commandsGroup('Start');
  for (const operation of OPERATION_NAMES) program.addCommand(newStartCommand(operation, wiring));
  program.commandsGroup('Look');
  for (const make of [newListCommand, newShowCommand, newWatchCommand, newLogsCommand, newDiffCommand])
    program.addCommand(make(wiring));
  program.commandsGroup('Steer');
  for (const make of [newStopCommand, newRetryCommand, newRebuildCommand]) program.addCommand(make(wiring));
  program.commandsGroup('Engine');
  for (const make of [newUpCommand, newDownCommand, newWorkerCommand, newDoctorCommand])
    program.addCommand(make(wiring));
  program.addCommand(newSuperviseCommand(wiring), { hidden: true });
  return exitOverridden(program);
}

/** Makes commander throw instead of ending the process, in the whole tree. */
function exitOverridden(command: CommandUnknownOpts): CommandUnknownOpts {
  command.exitOverride();
  for (const child of command.commands) exitOverridden(child);
  return command;
}
