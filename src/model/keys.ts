import { join } from 'node:path';
import { credentialsFile, readCredentials, readIfThere, refuseOpenFile } from './credentials.ts';
import { record } from './retry-after.ts';

/** A key, and where it came from (never logged together: only the origin is for people). */
export interface FoundKey {
  readonly key: string;
  /** `environment GEMINI_API_KEY`, `/ws/.env GEMINI_API_KEY`, or the path of the credentials file. */
  readonly origin: string;
}

export interface Keys {
  /**
   * The provider's key by its variables, looked up anew at each call, so that one added while the worker runs counts; null where there is none.
   * Throws UserError (failed) where the credentials file is open to others or a file cannot be read.
   */
  find(provider: string, variables: readonly string[]): FoundKey | null;
  /** The places where the provider's key is looked for, in order, as words that say what to set. */
  help(provider: string, variables: readonly string[]): string;
}

export interface KeysOptions {
  readonly workspaceRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Keys from the environment, else the workspace's `.env`, else the user's credentials file. Nothing is read before it is asked. */
export function createKeys({ workspaceRoot, env }: KeysOptions): Keys {
  const dotEnvPath = join(workspaceRoot, '.env');
  const credentialsPath = credentialsFile(env);
  return {
    find(provider, variables) {
      return (
        fromVariables(variables, env, 'environment') ??
        fromVariables(variables, parseDotEnv(readIfThere(dotEnvPath) ?? ''), dotEnvPath) ??
        fromCredentials(provider, credentialsPath)
      );
    },
    help(provider, [variable]) {
      const entry = JSON.stringify({ [provider]: { apiKey: '…' } });
      const inFile = `${entry} in ${credentialsPath} (mode 600)`;
      if (variable === undefined) return inFile;
      return `${variable} in the environment of the shell; ${variable}=… in ${dotEnvPath}; ${inFile}`;
    },
  };
}

/**
 * Reads `KEY=VALUE` lines: `export ` before a key, quotes around a value, `#` comments. Later lines win; lines of another
 * form are passed over, since other programs share the file.
 */
export function parseDotEnv(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match): [string, string] => [match[1] ?? '', dotEnvValue(match[2] ?? '')]);
  return Object.fromEntries(pairs);
}

function dotEnvValue(raw: string): string {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/.exec(raw);
  if (quoted?.[1] !== undefined) return quoted[1].replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  if (quoted?.[2] !== undefined) return quoted[2];
  // A `#` within a value belongs to it; a comment stands at the start or after a space.
  return raw.replace(/(?:^|\s+)#.*$/, '').trim();
}

function fromVariables(names: readonly string[], values: KeysOptions['env'], place: string): FoundKey | null {
  for (const name of names) {
    const key = values[name]?.trim();
    if (key !== undefined && key !== '') return { key, origin: `${place} ${name}` };
  }
  return null;
}

function fromCredentials(provider: string, path: string): FoundKey | null {
  const credentials = readCredentials(path);
  if (credentials === null) return null;
  refuseOpenFile(path);
  const key = record(credentials[provider])['apiKey'];
  return typeof key === 'string' && key.trim() !== '' ? { key: key.trim(), origin: path } : null;
}
