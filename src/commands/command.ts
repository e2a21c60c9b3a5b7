import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { SUMMARIES, type CommandName } from './summaries.ts';
import type { ExitCode } from '../exit.ts';

/** Makes the context when a command runs, not before. */
export type GetContext = () => Context;

/** Takes the exit code of the command that ran; nothing but src/main.ts ends the process. */
export type Done = (code: ExitCode) => void;

/** What every command is made with. */
export interface Wiring {
  readonly context: GetContext;
  readonly done: Done;
}

/** A command with its description and its examples, each under a line that says what it does. */
export function newCommand(name: CommandName, examples: readonly (readonly [what: string, line: string])[]): Command {
  const text = examples.map(([what, line]) => `  # ${what}\n  $ batch-manager ${line}`).join('\n\n');
  return new Command(name)
    .description(SUMMARIES[name].description)
    .addHelpText('after', text === '' ? '' : `\nExamples:\n${text}`)
    .showHelpAfterError('(see --help for all flags)');
}
