import { GEMINI } from './gemini.ts';
import type { ClisSettings, CliSettings, CliTemplate } from './template.ts';

/** The agent CLIs that are known by name. */
const BUILT_IN: ClisSettings = { gemini: GEMINI };

/** An agent CLI by name, with what the settings say of it; null where neither they nor we know its command. */
export function cliTemplate(name: string, settings: ClisSettings = {}): CliTemplate | null {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  const set = Object.hasOwn(settings, name) ? settings[name] : undefined;
  const merged: CliSettings = { ...builtIn, ...set };
  if (merged.command === undefined) return null;
  return { ...merged, name, command: merged.command, output: merged.output ?? 'text' };
}

/** Names of all agent CLIs, those of the settings included. */
export function cliNames(settings: ClisSettings = {}): string[] {
  return [...new Set([...Object.keys(BUILT_IN), ...Object.keys(settings)])];
}
