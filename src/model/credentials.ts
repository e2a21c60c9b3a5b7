import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { record } from './retry-after.ts';

/**
 * Puts a provider's key into the credentials file, which is readable by its owner alone from its first byte on. The keys of
 * others stay.
 * @throws the file system's error; a file that is not JSON is left as it is, with the parser's name as the error's message.
 */
export function writeKey(path: string, provider: string, apiKey: string): void {
  const all = record(parsed(read(path)));
  const text = `${JSON.stringify({ ...all, [provider]: { ...record(all[provider]), apiKey } }, null, 2)}\n`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  // An old temp file keeps its mode.
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, and with it a key.
    throw new Error('it is not valid JSON');
  }
}
