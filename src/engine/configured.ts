import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { homeFolder } from './paths.ts';

/** Each of these alone names a Temporal of the user's own. */
const VARIABLES = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_API_KEY', 'TEMPORAL_CONFIG_FILE'];

/** Whether an address, profile or key names a Temporal of the user's own: then no engine is ever started. */
export function isConfigured(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  if (VARIABLES.some((name) => env[name] !== undefined && env[name] !== '')) return true;
  const file = join(configFolder(env, platform), 'temporalio', 'temporal.toml');
  return existsSync(file) && namesServer(readFileSync(file, 'utf8'));
}

/** Where @temporalio/envconfig and the Temporal CLI look. */
function configFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const named = env.XDG_CONFIG_HOME;
  if (platform === 'darwin') return join(homeFolder(env), 'Library', 'Application Support');
  return named !== undefined && isAbsolute(named) ? named : join(homeFolder(env), '.config');
}

/** Whether the default profile has an address or key; another profile counts only when TEMPORAL_PROFILE names it. */
function namesServer(toml: string): boolean {
  let section = '';
  for (const line of toml.split(/\r?\n/)) {
    section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1]?.replaceAll(/["'\s]/g, '') ?? section;
    const key = /^\s*([\w.]+)\s*=/.exec(line)?.[1];
    const path = [section, key].filter((part) => part !== '' && part !== undefined).join('.');
    if (path === 'profile.default.address' || path === 'profile.default.api_key') return true;
  }
  return false;
}
