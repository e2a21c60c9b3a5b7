/** The file in which a user's keys are kept: where it lies, and what it holds. */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { failedError } from '../domain/errors.ts';
import { readPeoplesText, UnusableFile } from '../files/people-file.ts';
import { record } from './retry-after.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the user's keys are kept. */
export function credentialsFile(env: Environment): string {
  return join(configFolder(env), 'batch-manager', 'credentials.json');
}

/** Whether a text can be a key; fetch refuses a header with any other character, with a message that quotes it whole. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

function configFolder(env: Environment): string {
  const configured = env['XDG_CONFIG_HOME'];
  // The XDG rules: a path that is not absolute is ignored.
  if (configured !== undefined && isAbsolute(configured)) return configured;
  const home = env['HOME'] || userHome();
  if (home !== null && isAbsolute(home)) return join(home, '.config');
  const fault = env['HOME'] ? `HOME is "${env['HOME']}", which is not an absolute path` : 'HOME is not set';
  throw failedError(`${fault}. Set it to your home folder, or XDG_CONFIG_HOME to the folder of your settings.`);
}

/** The home folder by the system's list of users; null where that has no entry for this one. */
function userHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

/** A key that others of the machine can read is refused rather than used: nobody would notice it otherwise. */
export function refuseOpenFile(path: string): void {
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw failedError(`${path} has mode ${mode.toString(8)}: others may read the keys in it. Run: chmod 600 "${path}"`);
}

/**
 * What the credentials file holds, by provider; null where there is none.
 * @throws UserError (failed) where it cannot be read or is not JSON.
 */
export function readCredentials(path: string): Readonly<Record<string, unknown>> | null {
  const text = readIfThere(path);
  if (text === null) return null;
  try {
    return record(JSON.parse(text));
  } catch {
    // The parser's own message quotes the text, and with it a key.
    throw failedError(`${path} is not valid JSON. Write it anew, for instance: {"google":{"apiKey":"…"}}`);
  }
}

/** A file's text; null where there is none. @throws UserError (failed) where it cannot be read. */
export function readIfThere(path: string): string | null {
  try {
    return readPeoplesText(path);
  } catch (error) {
    if (error instanceof UnusableFile) throw failedError(error.message, error);
    const code = String(record(error)['code']);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw failedError(`${path} cannot be read (${code}). Check its owner and mode: ls -ld "${path}"`);
  }
}
