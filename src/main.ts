#!/usr/bin/env node
/** argv to program to exit code; the only place that ends the process. */
import { homedir } from 'node:os';
import { CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT, exitFor, type ExitCode } from './exit.ts';
import { parseTaskId } from './domain/task-id.ts';
import { guardOutput, processIo } from './io.ts';
import { createProgram } from './program.ts';

guardOutput();

// A reader that has seen enough (`| head`), or a terminal that was closed, is no error. Without its terminal Node cannot exit
// but by a core dump: it dies as by the signal that tells of the end of a terminal.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    if (error.code === 'EIO') process.kill(process.pid, 'SIGHUP');
    else throw error;
  });
}

let code: ExitCode = EXIT.ok;
let context: Context | undefined;

const wanted = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
// Help needs no context, and to load what it is made of takes half as long as node.
const { createContext } = wanted === undefined ? {} : await import('./context.ts');
const program = await createProgram(
  {
    context: () => {
      if (createContext === undefined) throw new Error('a command ran that was not asked for');
      return (context ??= createContext({ io: processIo(), env: process.env, cwd: currentFolder() }));
    },
    done: (value) => void (code = value),
  },
  wanted,
);

// What escapes every `await` would else be printed by Node itself, past the boundary.
process.on('uncaughtException', (error) => process.exit(report(error)));

try {
  await program.parseAsync();
} catch (error) {
  code = error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.ok : EXIT.usage) : report(error);
}

/**
 * The folder that the shell is in. Where that was removed, the home folder for a command that names a task by its full id: such a
 * task can be stopped from anywhere.
 * @throws the system's error for any other command.
 */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (process.argv.some((word) => parseTaskId(word) !== undefined)) return homedir();
    throw error;
  }
}

function report(error: unknown): ExitCode {
  const { message, code } = exitFor(error);
  process.stderr.write(`${message}\n`);
  return code;
}

// Output to a pipe is asynchronous: the process ends once it is written. Open connections do not hold it.
process.exitCode = code;
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit();
