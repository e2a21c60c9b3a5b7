import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Context } from '../context.ts';
import { failedError, usageError, UserError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { credentialsFile, isKey, readCredentials } from '../model/credentials.ts';
import { hostedNames, hostedProvider } from '../model/providers.ts';
import { record } from '../model/retry-after.ts';
import { writeState } from '../store/atomic.ts';
import { settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';

/** `auth`: keeps a provider's key in the credentials file. The key comes by standard input, never as an argument. */
export function newAuthCommand(wiring: Wiring, run = runAuth): CommandUnknownOpts {
  const command = newCommand('auth', [
    ['Type the key; it is not shown', 'auth google'],
    ['Take it from a password manager', 'auth anthropic < key.txt'],
  ]).argument('<provider>', 'google, anthropic, openai, openrouter or a provider of batch-manager.yaml');
  command.action(async (provider) => wiring.done(await run(wiring.context(), provider)));
  return command;
}

async function runAuth(context: Context, provider: string): Promise<ExitCode> {
  const { providers } = settingsOf(context);
  if (hostedProvider(provider, providers) === null)
    throw usageError(`Unknown provider "${provider}". Known: ${hostedNames(providers).join(', ')}.`);
  const key = (await readSecret(`Key of ${provider}: `)).trim();
  if (!isKey(key))
    throw usageError(
      'That is no key: it is empty, or holds a space or a character that no key has. Nothing was changed.',
    );
  const file = credentialsFile(context.env);
  const all = othersIn(file);
  const credentials = { ...all, [provider]: { ...record(all[provider]), apiKey: key } };
  await writeState(file, `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
  context.io.err(`The key of ${provider} is kept in ${file} (mode 600). It counts from the next call on.\n`);
  return EXIT.ok;
}

/** The keys of all providers so far; a file that cannot be read is not replaced. */
function othersIn(file: string): Readonly<Record<string, unknown>> {
  try {
    return readCredentials(file) ?? {};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw failedError(`${file} was left as it is: ${error.message.replace(file, 'it')}`);
  }
}

/** A line that a person types without its being shown, or all of a pipe. */
async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return text(stdin);
  stderr.write(question);
  // readline would echo what is typed: it is given no output.
  const lines = createInterface({ input: stdin, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(failedError('No key was given; nothing was changed.')));
    });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
