import { fileURLToPath } from 'node:url';
import type { CliSettings } from '../../src/model/cli/template.ts';

/** The scripted agent CLI, as a program. */
export const AGENT = fileURLToPath(new URL('./agent.mjs', import.meta.url));

/** A word of a command line, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A template that has the scripted agent do something. */
export function agent(mode: string, args: readonly string[] = [], more: CliSettings = {}): CliSettings {
  const command = [process.execPath, AGENT, mode, ...args].map(quoted).join(' ');
  return { command, env: ['AGENT_LOG', 'AGENT_KEY'], ...more };
}
