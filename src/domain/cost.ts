/** `$1.23`, and `$0.0012` where two places would be nothing. */
export const usd = (value: number): string => `$${value === 0 || value >= 0.1 ? value.toFixed(2) : value.toFixed(4)}`;

/** Characters of a token, in the scripts that a course mixes. */
export const CHARACTERS_A_TOKEN = 3;

/** Tokens of a reply that is no fix, before anything is known; a fix is as long as what it replaces. */
export const USUAL_REPLY = 2000;

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
  /** What they were reserved with, USD: it counts against the budget. */
  readonly unsettled_usd: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** USD by slug. */
  readonly modules: Readonly<Record<string, number>>;
}

/** The lines of a ledger that are summed. */
type Line =
  | {
      readonly kind: 'asked';
      readonly id: string;
      readonly module: string;
      /** Of the module: each try anew has its own share of the money. */
      readonly generation: number;
      readonly ask: string;
      /** USD that the call may cost. */
      readonly reserved: number;
    }
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly usd: number | null;
      readonly input: number | null;
      readonly output: number | null;
    }
  | { readonly kind: 'refused' | 'unsettled'; readonly id: string };

/** Prices of the last calls of each ask that are kept to tell what the next one may cost. */
const KEPT_PRICES = 101;

interface Open {
  readonly module: string;
  readonly go: string;
  readonly ask: string;
  readonly reserved: number;
}

/** One go at a module: `b1/06-aspect`, and its generation. */
interface Go {
  readonly module: string;
  readonly generation: number;
}

const goOf = ({ module, generation }: Go): string => `${generation} ${module}`;

/** Sums the lines of a ledger as they come. */
export class CostSum {
  private readonly open = new Map<string, Open>();
  private readonly prices = new Map<string, number[]>();
  private readonly modules: Record<string, number> = {};
  /** What is spent on each go, and was reserved for its calls of which nobody knows, USD. */
  private readonly goes = new Map<string, number>();
  private readonly sum = {
    usd: 0,
    calls: 0,
    unpriced_calls: 0,
    unsettled_calls: 0,
    unsettled_usd: 0,
    input_tokens: 0,
    output_tokens: 0,
  };

  add(line: Line): void {
    const { sum, modules } = this;
    if (line.kind === 'asked') {
      const { id, module, ask, reserved } = line;
      this.open.set(id, { module, go: goOf(line), ask, reserved });
      return;
    }
    const { module = '', go = '', ask = '', reserved = 0 } = this.open.get(line.id) ?? {};
    this.open.delete(line.id);
    if (line.kind === 'unsettled') {
      sum.unsettled_calls += 1;
      sum.unsettled_usd += reserved;
      this.spend(go, reserved);
    }
    if (line.kind !== 'settled') return;
    const slug = module.slice(module.indexOf('/') + 1);
    sum.calls += 1;
    if (line.usd === null) sum.unpriced_calls += 1;
    else this.prices.set(ask, [...(this.prices.get(ask) ?? []).slice(1 - KEPT_PRICES), line.usd]);
    sum.usd += line.usd ?? 0;
    sum.input_tokens += line.input ?? 0;
    sum.output_tokens += line.output ?? 0;
    modules[slug] = (modules[slug] ?? 0) + (line.usd ?? 0);
    this.spend(go, line.usd ?? 0);
  }

  private spend(go: string, usd: number): void {
    this.goes.set(go, (this.goes.get(go) ?? 0) + usd);
  }

  /** What is spent, reserved for calls in flight, or was reserved for calls of which nobody knows, USD. */
  get committed(): number {
    const reserved = [...this.open.values()].reduce((total, call) => total + call.reserved, 0);
    return this.sum.usd + this.sum.unsettled_usd + reserved;
  }

  /** As `committed`, of one go at a module. */
  committedOf(go: Go): number {
    const key = goOf(go);
    const open = [...this.open.values()].filter((call) => call.go === key);
    return open.reduce((total, call) => total + call.reserved, this.goes.get(key) ?? 0);
  }

  /** Calls in flight. */
  get inFlight(): number {
    return this.open.size;
  }

  /** The usual cost of an ask, USD; null before the first. */
  usual(ask: string): number | null {
    const prices = this.prices.get(ask)?.toSorted((a, b) => a - b) ?? [];
    return prices[Math.floor(prices.length / 2)] ?? null;
  }

  /** Null where nothing was asked. */
  get value(): TaskCost | null {
    const { sum, modules } = this;
    return sum.calls + sum.unsettled_calls === 0 ? null : { ...sum, modules: { ...modules } };
  }
}
