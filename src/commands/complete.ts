import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Command as Completed } from '@bomb.sh/tab';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { MODEL_EXAMPLES, valuesFor, type Values } from '../progress/completion-values.ts';
import { newCommand, type Wiring } from './command.ts';
import { SUMMARIES, type CommandName } from './summaries.ts';

/** Gives a command with all its flags; the others are only mentioned. */
export type LoadCommand = (name: CommandName) => Promise<CommandUnknownOpts>;

/** `complete -- WORDS`: what may stand next, for the scripts of `completion`. It says nothing where it knows nothing. */
export function newCompleteCommand(wiring: Wiring, load: LoadCommand, run = runComplete): CommandUnknownOpts {
  const command = newCommand('complete', []).argument('[words...]').allowUnknownOption();
  command.action(async (words) => wiring.done(await run(wiring.context(), words, load)));
  return command;
}

async function runComplete(context: Context, words: readonly string[], load: LoadCommand): Promise<ExitCode> {
  const { RootCommand } = await import('@bomb.sh/tab');
  const root = new RootCommand();
  const [name, ...rest] = words;
  for (const known of Object.keys(SUMMARIES) as CommandName[]) {
    const { group, description } = SUMMARIES[known];
    if (group === null) continue;
    const completed = root.command(known, description);
    if (known === name) describe(completed, await load(known), await valuesFor(context, rest));
  }
  root.parse([...words]);
  return EXIT.ok;
}

/** Takes over flags and arguments with the values that they may have. */
function describe(completed: Completed, command: CommandUnknownOpts, values: Values): void {
  for (const option of command.options) {
    const name = option.long?.slice(2);
    if (name === undefined) continue;
    const known = option.argChoices ?? values[name] ?? (name.endsWith('model') ? MODEL_EXAMPLES : []);
    const takesValue = option.required || option.optional;
    const short = option.short?.slice(1);
    if (takesValue) completed.option(name, option.description, offer(known), short);
    else completed.option(name, option.description, short);
  }
  for (const argument of command.registeredArguments)
    completed.argument(argument.name(), offer(argument.argChoices ?? values[argument.name()] ?? []));
}

const offer =
  (known: readonly string[]) =>
  (complete: (value: string, description: string) => void): void => {
    for (const value of known) complete(value, '');
  };
