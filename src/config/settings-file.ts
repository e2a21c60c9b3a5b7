import { join } from 'node:path';
import { z } from 'zod';
import { usageError } from '../domain/errors.ts';
import { readPeoplesText, UnusableFile } from '../files/people-file.ts';
import { SETTINGS_FILE, type Workspace } from '../store/workspace.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { placeOf } from '../yaml/yaml-problems.ts';
import { settingsFileSchema, type SettingsFile } from './schema.ts';

/**
 * Reads batch-manager.yaml; empty settings where there is none.
 * @throws UserError (usage) where it does not parse or has a wrong key or value, with its place.
 */
export function readSettingsFile(workspace: Workspace): SettingsFile {
  const file = settingsFile(workspace);
  return parseSettings(read(file), file);
}

/**
 * Reads the text of a settings file; empty settings where it says nothing.
 * @throws UserError (usage) as `readSettingsFile` does.
 */
export function parseSettings(text: string, file: string): SettingsFile {
  const value = parse(text, file) ?? {};
  const settings = settingsFileSchema.safeParse(value);
  if (settings.success) return settings.data;
  throw usageError(`${file} has a setting that is not valid:\n${z.prettifyError(settings.error)}`);
}

/** The text of batch-manager.yaml as it is now; empty where there is none. */
export const settingsText = (workspace: Workspace): string => read(settingsFile(workspace));

/** Path of batch-manager.yaml. */
export const settingsFile = (workspace: Workspace): string => join(workspace.root, SETTINGS_FILE);

function read(file: string): string {
  try {
    return readPeoplesText(file) ?? '';
  } catch (error) {
    if (error instanceof UnusableFile) throw usageError(error.message);
    throw usageError(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function parse(text: string, file: string): unknown {
  const { value, problems } = readYaml(text);
  const [problem] = problems;
  if (problem === undefined) return value;
  throw usageError(`${file} does not parse: ${problem.message} at ${placeOf(problem)}.`);
}
