import type { StepCost } from '../domain/booked-calls.ts';
import { usd, type TaskCost } from '../domain/cost.ts';
import { plainTable } from './table.ts';

const count = (value: number): string => value.toLocaleString('en-US');
const calls = (value: number): string => `${count(value)} ${value === 1 ? 'call' : 'calls'}`;

/** `$0.0123: 12 calls, 3,400 + 1,200 tokens`, and what is not known of it; empty where nothing was paid for. */
export function costText(cost: TaskCost | null): string {
  if (cost === null || isFree(cost)) return '';
  const { usd: sum, unpriced_calls: unpriced, estimated_calls: estimated, unsettled_calls: unsettled } = cost;
  const price = unpriced === cost.calls && unpriced > 0 ? '' : `${usd(sum)}: `;
  const parts = [
    calls(cost.calls),
    `${count(cost.input_tokens)} + ${count(cost.output_tokens)} tokens`,
    unpriced === 0 ? '' : `${unpriced === cost.calls ? 'their' : `${calls(unpriced)} of a`} model has no known price`,
    estimated === 0 ? '' : `${calls(estimated)} estimated, whose tokens the provider did not count`,
    unsettled === 0 ? '' : `${calls(unsettled)} whose cost is not known${reservedText(cost)}`,
  ];
  return `${price}${parts.filter((part) => part !== '').join(', ')}`;
}

const reservedText = ({ unsettled_usd: reserved }: TaskCost): string =>
  reserved === 0 ? '' : ` (${usd(reserved)} reserved)`;

/** The cell of `list`. */
export function costCell(cost: TaskCost | null): string {
  if (cost === null || isFree(cost)) return '';
  return cost.unpriced_calls === cost.calls ? '?' : usd(cost.usd);
}

/** The cell of a module in `show`; empty where nothing is known, or nothing was paid. */
export function moduleCostCell(cost: TaskCost | null, slug: string): string {
  const paid = cost?.modules[slug];
  return paid === undefined || cost === null || isFree(cost) || cost.unpriced_calls === cost.calls ? '' : usd(paid);
}

/** What a module cost by round and step; empty where it asked nobody, or one that counts nothing. */
export function stepCostTable(steps: readonly StepCost[]): string {
  if (steps.every((step) => (step.usd ?? 0) === 0 && step.input + step.output === 0 && step.cut === 0)) return '';
  const rows = steps.map(({ round, ask, calls: replied, cut, input, output, usd: paid }) => [
    `${ask}${round === null ? '' : ` r${round}`}`,
    `${count(replied)}${cut === 0 ? '' : ` and ${count(cut)} not known`}`,
    `${count(input)} + ${count(output)}`,
    paid === null ? '?' : usd(paid),
  ]);
  return plainTable(['STEP', 'CALLS', 'TOKENS', 'COST'], rows);
}

/** A rule-based model counts no tokens and costs nothing. */
const isFree = (cost: TaskCost): boolean =>
  cost.usd === 0 &&
  cost.unpriced_calls === 0 &&
  cost.input_tokens + cost.output_tokens === 0 &&
  cost.unsettled_calls === 0;
