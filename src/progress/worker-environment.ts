/** Where the worker of a workspace has other keys and addresses than this shell. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { isConfigured } from '../engine/configured.ts';
import { readHanded } from '../engine/handed-environment.ts';
import { declaredVariables } from '../model/declared.ts';
import { settingsOf } from '../workspace-files.ts';

/** One sentence for each variable that differs; none where no worker was handed anything. */
export async function environmentDifferences(context: Context): Promise<string[]> {
  // A look makes no workspace out of a folder.
  if (isConfigured(context.env) || !existsSync(join(context.workspace.state, 'workspace.json'))) return [];
  const handed = readHanded(await context.workspaceId());
  if (handed === null) return [];
  return declaredVariables(settingsOf(context)).flatMap((name) => {
    const [theirs, ours] = [handed[name] ?? null, context.env[name] || null];
    if (theirs === ours || (!(name in handed) && ours === null)) return [];
    return [
      `${name}: the worker has ${shown(theirs)}, this shell ${shown(ours)}; the next start from here hands it over`,
    ];
  });
}

/** A value may be a key, or an address with one: only the start of its hash is told. */
const shown = (value: string | null): string =>
  value === null ? 'none' : `one with the fingerprint ${createHash('sha256').update(value).digest('hex').slice(0, 6)}`;
