import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes an executable script. */
export function writeScript(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

/** What a Temporal CLI of that server answers to `--version`. */
export const versionAnswer = (server: string): string => `temporal version 9.9.9 (Server ${server}, UI 2.50.1)`;

/** A program that answers to `--version` as a Temporal CLI of that server does. */
export function writeTemporal(path: string, server: string): string {
  return writeScript(path, `echo '${versionAnswer(server)}'`);
}
