import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import type { Wiring } from '../../src/commands/command.ts';
import { COMMAND_NAMES, createProgram } from '../../src/program.ts';

const WIRING: Wiring = {
  context: () => {
    throw new Error('no command runs here');
  },
  done: () => undefined,
};

/** What the program's help says of a command. */
function told(program: CommandUnknownOpts, name: string): string {
  const command = program.commands.find((other) => other.name() === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return `${program.createHelp().subcommandTerm(command)}: ${command.description()} (${command.helpGroup()})`;
}

test.each(COMMAND_NAMES)('%s is told of by the help as it is, also where it was not loaded', async (name) => {
  const [loaded, mentioned] = await Promise.all([createProgram(WIRING, name), createProgram(WIRING, undefined)]);
  expect(told(mentioned, name)).toBe(told(loaded, name));
});
