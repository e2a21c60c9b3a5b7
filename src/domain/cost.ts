/** What a task cost so far, as its record has it. */
export interface TaskCost {
  /** Sum of the calls whose price is known, USD. */
  readonly usd: number;
  /** Calls that got a reply. */
  readonly calls: number;
  /** Those of them whose model has no known price. */
  readonly unpriced_calls: number;
  /** Calls that were aborted or cut by a kill: what they cost nobody knows. */
  readonly unsettled_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** USD by slug. */
  readonly modules: Readonly<Record<string, number>>;
}

/** The lines of a ledger that are summed. */
type Line =
  | { readonly kind: 'asked'; readonly id: string; readonly module: string }
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly usd: number | null;
      readonly input: number | null;
      readonly output: number | null;
    }
  | { readonly kind: 'refused' | 'unsettled'; readonly id: string };

/** Sums the lines of a ledger as they come. Calls that are still open count nowhere. */
export class CostSum {
  private readonly slugs = new Map<string, string>();
  private readonly modules: Record<string, number> = {};
  private readonly sum = { usd: 0, calls: 0, unpriced_calls: 0, unsettled_calls: 0, input_tokens: 0, output_tokens: 0 };

  add(line: Line): void {
    const { sum, modules, slugs } = this;
    if (line.kind === 'asked') {
      slugs.set(line.id, line.module.slice(line.module.indexOf('/') + 1));
      return;
    }
    const slug = slugs.get(line.id) ?? '';
    slugs.delete(line.id);
    if (line.kind === 'unsettled') sum.unsettled_calls += 1;
    if (line.kind !== 'settled') return;
    sum.calls += 1;
    if (line.usd === null) sum.unpriced_calls += 1;
    sum.usd += line.usd ?? 0;
    sum.input_tokens += line.input ?? 0;
    sum.output_tokens += line.output ?? 0;
    modules[slug] = (modules[slug] ?? 0) + (line.usd ?? 0);
  }

  /** Null where nothing was asked. */
  get value(): TaskCost | null {
    const { sum, modules } = this;
    return sum.calls + sum.unsettled_calls === 0 ? null : { ...sum, modules: { ...modules } };
  }
}
