import type { Context } from '../context.ts';
import { failedError } from '../domain/errors.ts';
import type { Operation } from '../domain/operation.ts';
import { modelsAsked } from '../domain/price-text.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { isConfigured } from '../engine/configured.ts';
import { settingsOf } from '../workspace-files.ts';

/**
 * Why a task cannot ask its models, as the worker's own look would find: it has the keys and addresses of this shell. Null
 * where nothing is missing, and for a configured cluster, whose worker may be on another machine.
 */
export async function missingForTask(
  context: Context,
  operation: Operation,
  settings: TaskSettings,
): Promise<Error | null> {
  const names = modelsAsked(operation, settings);
  if (names.length === 0 || isConfigured(context.env)) return null;
  const { createModels } = await import('../model/registry.ts');
  const { providers, clis } = settingsOf(context);
  const models = createModels({ workspaceRoot: context.workspace.root, env: context.env, providers, clis });
  for (const name of names) {
    const missing = models.get(name).model.missing();
    if (missing !== null)
      return failedError(`${missing.message}\nNo task was started. Then look: batch-manager doctor`);
  }
  return null;
}
