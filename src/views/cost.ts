import { usd, type TaskCost } from '../domain/cost.ts';

const count = (value: number): string => value.toLocaleString('en-US');
const calls = (value: number): string => `${count(value)} ${value === 1 ? 'call' : 'calls'}`;

/** `$0.0123: 12 calls, 3,400 + 1,200 tokens`; empty where nothing was paid for. */
export function costText(cost: TaskCost | null): string {
  if (cost === null || isFree(cost)) return '';
  const { usd: sum, unpriced_calls: unpriced, unsettled_calls: unsettled } = cost;
  const price = unpriced === cost.calls ? '' : `${usd(sum)}: `;
  const parts = [
    calls(cost.calls),
    `${count(cost.input_tokens)} + ${count(cost.output_tokens)} tokens`,
    unpriced === 0 ? '' : `${unpriced === cost.calls ? 'their' : `${calls(unpriced)} of a`} model has no known price`,
    unsettled === 0 ? '' : `${calls(unsettled)} cut off, whose cost is not known`,
  ];
  return `${price}${parts.filter((part) => part !== '').join(', ')}`;
}

/** The cell of `list`. */
export function costCell(cost: TaskCost | null): string {
  if (cost === null || isFree(cost)) return '';
  return cost.unpriced_calls === cost.calls ? '?' : usd(cost.usd);
}

/** A rule-based model counts no tokens and costs nothing. */
const isFree = (cost: TaskCost): boolean =>
  cost.usd === 0 &&
  cost.unpriced_calls === 0 &&
  cost.input_tokens + cost.output_tokens === 0 &&
  cost.unsettled_calls === 0;
