/** A forecast for people. */
import prettyMs from 'pretty-ms';
import { ASSUMED_TOKENS_A_SECOND } from '../domain/assumed-calls.ts';
import { CHARACTERS_A_TOKEN, usd, USUAL_REPLY } from '../domain/cost.ts';
import type { Range } from '../domain/forecast.ts';
import { noPriceLine } from '../domain/price-text.ts';
import type { PlanForecast } from '../progress/forecast.ts';
import { plainTable } from './table.ts';

/** Modules of history below which a range is hardly more than a guess. */
const FEW = 5;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const time = (minutes: number): string => prettyMs(minutes * 60_000, { secondsDecimalDigits: 0, unitCount: 2 });

/** The table with what it is told from, and for which width; empty where no model would be asked. */
export function forecastText(told: PlanForecast, what: { readonly kind: string; readonly width: number }): string {
  if (told.modules_asking === 0) return 'No model would be asked.\n';
  const { kind: basis } = told.basis;
  const row = (name: string, { median, p90 }: Range, show: (value: number) => string): string[] => [
    name,
    show(median),
    show(p90),
  ];
  const rows = [
    row('calls', told.calls, count),
    row('tokens in', told.input_tokens, count),
    row('tokens out', told.output_tokens, count),
    ...(told.usd === null ? [] : [row('cost', told.usd, usd)]),
    row('time', told.minutes, time),
  ];
  const table = plainTable(
    basis === 'history' ? ['FORECAST', 'MEDIAN', '90 %'] : ['FORECAST', 'ONE ROUND', 'ALL ROUNDS'],
    rows,
  );
  const without = told.models_without_price;
  const price = without.length === 0 ? '' : ` What it costs cannot be told: ${noPriceLine(without)}.`;
  const width = `The time is at ${what.width} calls at a time, without waits for rate limits, quotas and money.`;
  return `${table}${basisText(told, what.kind)} ${width}${price}\n`;
}

function basisText({ basis, modules_asking: asking }: PlanForecast, kind: string): string {
  const modules = `${count(asking)} ${asking === 1 ? 'module asks' : 'modules ask'} a model.`;
  if (basis.kind === 'assumed')
    return `${modules} There is no history of ${kind} yet; assumed are ${CHARACTERS_A_TOKEN} characters a token, replies of ${count(USUAL_REPLY)} tokens (a fix: as long as the module), and ${ASSUMED_TOKENS_A_SECOND} tokens a second.`;
  const few = basis.modules < FEW ? ' So few tell little.' : '';
  return `${modules} By the history of ${kind}, ${count(basis.modules)} ${basis.modules === 1 ? 'module' : 'modules'}: half of all runs stay under the median, nine in ten under the other mark.${few}`;
}
