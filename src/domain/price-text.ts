/** What a person reads where a limit of money cannot be kept, because nobody knows what a call costs. */
import { OPERATIONS, type Operation } from './operation.ts';
import type { TaskSettings } from './settings.ts';

type Asking = Pick<TaskSettings, 'model' | 'reviewModel' | 'reviewOnly'>;
type Limited = Asking & Pick<TaskSettings, 'budgetUsd' | 'moduleBudgetUsd'>;

/** The models that a task asks, each once. */
export function modelsAsked(operation: Operation, { model, reviewModel, reviewOnly }: Asking): string[] {
  if (!OPERATIONS[operation].asks) return [];
  if (operation === 'research') return [model];
  return operation === 'fix-review' && reviewOnly ? [reviewModel] : [...new Set([model, reviewModel])];
}

/** The models that must have a price: all that the task asks where it has a limit of money, else none. */
export function modelsToPrice(operation: Operation, settings: Limited): string[] {
  const { budgetUsd, moduleBudgetUsd } = settings;
  return budgetUsd === 0 && moduleBudgetUsd === 0 ? [] : modelsAsked(operation, settings);
}

/** Names the models without a price, with the lines to add to the settings. */
export function noPriceText(models: readonly string[]): string {
  const lines = models.map((model) => `  ${yamlKey(model)}: { input: USD, output: USD }\n`).join('');
  return (
    `No price is known for ${models.join(' and ')}, so no budget can be kept.\n` +
    'Add to batch-manager.yaml what a million tokens cost, in place of USD (0 where the model is free):\n\n' +
    `prices:\n${lines}\n` +
    'Or take the limits away: --budget 0 --module-budget 0.'
  );
}

/** The same on one line, for logs and reasons. */
export const noPriceLine = (models: readonly string[]): string =>
  `no price is known for ${models.join(' and ')}; add under "prices:" in batch-manager.yaml, per million tokens, ` +
  models.map((model) => `"${yamlKey(model)}: { input: USD, output: USD }"`).join(' and ');

/** A model's name as a key of YAML: quoted where it needs it. */
const yamlKey = (model: string): string => (/^[\w./:@+-]+$/.test(model) ? model : JSON.stringify(model));
