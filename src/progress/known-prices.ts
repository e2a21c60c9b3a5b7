import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import type { Operation } from '../domain/operation.ts';
import { modelsToPrice, noPriceText } from '../domain/price-text.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { createPrices, unpriced } from '../model/prices.ts';
import { settingsOf } from '../workspace-files.ts';

/** The models of a task with a limit of money whose price nobody knows. */
export async function modelsWithoutPrice(
  context: Context,
  operation: Operation,
  settings: TaskSettings,
): Promise<string[]> {
  return unpriced(modelsToPrice(operation, settings), createPrices(settingsOf(context).prices));
}

/**
 * Refuses a task whose budget could not be kept.
 * @throws UserError (usage) with the lines to add to the settings.
 */
export async function requirePrices(context: Context, operation: Operation, settings: TaskSettings): Promise<void> {
  const models = await modelsWithoutPrice(context, operation, settings);
  if (models.length > 0) throw usageError(noPriceText(models));
}
