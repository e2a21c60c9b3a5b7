/** What a start would need: told from the workspace's own history, or assumed where there is none. */
import type { Context } from '../context.ts';
import { assumedCalls, assumedMs } from '../domain/assumed-calls.ts';
import { forecast, totalOf, type Forecast, type ModuleUse } from '../domain/forecast.ts';
import type { Operation } from '../domain/operation.ts';
import { modelsAsked } from '../domain/price-text.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { createPrices, unpriced, type PriceOf } from '../model/prices.ts';
import { LedgerStore } from '../store/ledger.ts';
import { moduleUses } from '../store/module-uses.ts';
import { settingsOf } from '../workspace-files.ts';
import type { PlannedWork } from './planned-work.ts';

/** What a forecast is told from. */
export type Basis =
  | {
      readonly kind: 'history';
      /** Modules of the same operation, track and models. */
      readonly modules: number;
    }
  /** No such module has run: `median` stands for one round a module, `p90` for all rounds. */
  | { readonly kind: 'assumed' };

export interface PlanForecast extends Forecast {
  /** Modules that would ask a model. */
  readonly modules_asking: number;
  readonly basis: Basis;
  /** Models that would be asked and of which nobody knows the price, so that `usd` is null. */
  readonly models_without_price: readonly string[];
}

/** What is to be forecast. */
export interface Planned {
  readonly operation: Operation;
  readonly track: string;
  readonly settings: TaskSettings;
  readonly modules: readonly PlannedWork[];
}

/** Forecasts calls, tokens, USD and minutes. */
export async function forecastPlan(context: Context, planned: Planned): Promise<PlanForecast> {
  const { operation, track, settings } = planned;
  const priceOf = createPrices(settingsOf(context).prices);
  const asking = planned.modules.filter(({ asks }) => asks);
  const known = await moduleUses(context.records, new LedgerStore(context.workspace), {
    operation,
    track,
    ...settings,
    priceOf: ({ model, input, output }) => priceOf(model, usage(input, output)),
  });
  const told =
    known.length > 0 ? forecast(known, asking.length, settings.concurrency) : await assumed(planned, asking, priceOf);
  const basis: Basis = known.length > 0 ? { kind: 'history', modules: known.length } : { kind: 'assumed' };
  const without = await unpriced(modelsAsked(operation, settings), priceOf);
  return { modules_asking: asking.length, basis, models_without_price: without, ...told };
}

const usage = (inputTokens: number | null, outputTokens: number | null) => {
  return { inputTokens, outputTokens, reasoningTokens: null, cachedInputTokens: null };
};

async function assumed(planned: Planned, asking: readonly PlannedWork[], priceOf: PriceOf): Promise<Forecast> {
  const { maxRounds, reviewOnly, concurrency } = planned.settings;
  const most = reviewOnly ? 0 : maxRounds;
  const total = async (rounds: number) => {
    const uses = asking.map((module) => assumedUse(planned, module, rounds, priceOf));
    return totalOf(await Promise.all(uses), concurrency);
  };
  const [one, all] = [await total(Math.min(1, most)), await total(most)];
  const range = (of: (use: ModuleUse) => number) => ({ median: of(one), p90: of(all) });
  return {
    calls: range(({ calls }) => calls),
    input_tokens: range(({ inputTokens }) => inputTokens),
    output_tokens: range(({ outputTokens }) => outputTokens),
    usd: all.usd === null ? null : range(({ usd }) => usd ?? 0),
    minutes: range(({ ms }) => ms / 60_000),
  };
}

async function assumedUse(
  { operation, settings }: Planned,
  { characters }: PlannedWork,
  rounds: number,
  priceOf: PriceOf,
): Promise<ModuleUse> {
  const calls = assumedCalls(operation, rounds, characters);
  const prices = await Promise.all(
    calls.map(({ ask, inputTokens, outputTokens }) =>
      priceOf(ask === 'review' ? settings.reviewModel : settings.model, usage(inputTokens, outputTokens)),
    ),
  );
  const sum = (of: (call: (typeof calls)[number]) => number): number => calls.reduce((all, call) => all + of(call), 0);
  return {
    calls: calls.length,
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    usd: prices.reduce<number | null>((total, price) => (total === null || price === null ? null : total + price), 0),
    ms: sum(assumedMs),
  };
}
