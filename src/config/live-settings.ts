/**
 * batch-manager.yaml as it is now, for a worker that lives for days. Invariants:
 * 1. A change counts from the next step or call on; where nothing changed, a look costs one stat.
 * 2. A text that is not valid changes nothing: the last valid settings stay in force, also for a worker that starts meanwhile.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UserError } from '../domain/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import { auditOptions } from './audit-options.ts';
import type { SettingsFile } from './schema.ts';
import { parseSettings, settingsFile, settingsText } from './settings-file.ts';
import { readDuration } from './duration.ts';

/** The settings that count. */
export interface SettingsInForce {
  readonly settings: SettingsFile;
  /** Why the file as it is now does not count; null where it does. */
  readonly problem: string | null;
}

/**
 * A reader of the settings in force.
 * @throws UserError (usage) at its first look where the file is not valid and no valid text is known.
 */
export function createLiveSettings(workspace: Workspace): () => SettingsInForce {
  const file = settingsFile(workspace);
  let known: (SettingsInForce & { readonly stamp: string }) | undefined;
  return () => {
    // Taken before the read: a change meanwhile is seen at the next look.
    const stamp = stampOf(file);
    if (known === undefined || known.stamp !== stamp) known = { ...look(workspace, known?.settings), stamp };
    return known;
  };
}

function look(workspace: Workspace, before: SettingsFile | undefined): SettingsInForce {
  try {
    const text = settingsText(workspace);
    const settings = checked(text, settingsFile(workspace));
    keep(workspace, text);
    return { settings, problem: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const settings = before ?? keptSettings(workspace);
    if (settings === null) throw error;
    return { settings, problem: error.message };
  }
}

/** Settings that are valid in all that a worker takes from them. */
function checked(text: string, file: string): SettingsFile {
  const settings = parseSettings(text, file);
  auditOptions(settings);
  for (const part of ['audit', 'notify'] as const) {
    const timeout = settings[part]?.timeout;
    if (timeout !== undefined) readDuration(String(timeout), `${part}.timeout in batch-manager.yaml`);
  }
  return settings;
}

/** What changes with a file's content; one of its own where there is no file. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
}

const keptFile = (workspace: Workspace): string => join(workspace.state, 'settings-in-force.yaml');

function keep(workspace: Workspace, text: string): void {
  const file = keptFile(workspace);
  try {
    if (readOr(file) !== text) writeFileAtomic.sync(file, text, { mode: 0o600, fsync: false });
  } catch {
    // It is there for a worker that starts while the file is not valid; a full disk must not keep the settings from counting.
  }
}

function keptSettings(workspace: Workspace): SettingsFile | null {
  const text = readOr(keptFile(workspace));
  try {
    return text === null ? null : checked(text, keptFile(workspace));
  } catch {
    return null;
  }
}

function readOr(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
