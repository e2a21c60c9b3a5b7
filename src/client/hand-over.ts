/** What this shell hands to the worker of its workspace; see src/engine/handed-environment.ts. */
import type { Context } from '../context.ts';
import { isConfigured } from '../engine/configured.ts';
import { handOver } from '../engine/handed-environment.ts';
import { UserError } from '../domain/errors.ts';
import { declaredVariables, variablesOf } from '../model/declared.ts';
import type { ModelSettings } from '../model/names.ts';
import { settingsOf } from '../workspace-files.ts';

/**
 * Hands over what the shell has. For the models of a task that starts it also says what the shell does not have, so that `.env`
 * and the credentials file come before what an earlier shell handed over; for others that stays, since their tasks may run.
 * The worker of a configured cluster is not started by us and gets nothing.
 */
export async function handOverShell(context: Context, models: readonly string[] = []): Promise<void> {
  if (isConfigured(context.env)) return;
  const settings = modelSettings(context);
  const absent = models.flatMap((model) => variablesOf(model, settings)).map((name) => [name, null] as const);
  handOver(await context.workspaceId(), { ...Object.fromEntries(absent), ...ofShell(context) });
}

/** Nothing of a file that is not valid: the command that reads it for its own needs says so. */
function modelSettings(context: Context): ModelSettings {
  try {
    return settingsOf(context);
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

function ofShell(context: Context): Record<string, string> {
  return Object.fromEntries(
    declaredVariables(modelSettings(context)).flatMap((name) => {
      const value = context.env[name];
      return value === undefined || value.trim() === '' ? [] : [[name, value] as const];
    }),
  );
}
