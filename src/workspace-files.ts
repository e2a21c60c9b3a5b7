/**
 * The files of a workspace that a person writes: settings and manifest, each read once a command. They are apart from the
 * context, so that `list`, which needs neither, loads no YAML and no settings schema.
 */
import type { SettingsFile } from './config/schema.ts';
import { readSettingsFile } from './config/settings-file.ts';
import type { Context } from './context.ts';
import { readManifest, type Manifest } from './store/manifest.ts';

const settings = new WeakMap<Context, SettingsFile>();
const manifests = new WeakMap<Context, Manifest>();

/** The settings of the workspace. @throws UserError (usage) as `readSettingsFile` does. */
export function settingsOf(context: Context): SettingsFile {
  return once(settings, context, () => readSettingsFile(context.workspace));
}

/** The manifest of the workspace. @throws UserError as `readManifest` and `readSettingsFile` do. */
export function manifestOf(context: Context): Manifest {
  return once(manifests, context, () => readManifest(context.workspace, settingsOf(context).manifest));
}

function once<T>(made: WeakMap<Context, T>, context: Context, make: () => T): T {
  const value = made.get(context) ?? make();
  made.set(context, value);
  return value;
}
