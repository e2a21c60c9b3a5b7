/** `$1.23`, and `$0.0012` where two places would be nothing. */
export const usd = (value: number): string => `$${value === 0 || value >= 0.1 ? value.toFixed(2) : value.toFixed(4)}`;

/** Characters of a token, in the scripts that a course mixes. */
export const CHARACTERS_A_TOKEN = 3;

/** Tokens of a reply that is no fix, before anything is known; a fix is as long as what it replaces. */
export const USUAL_REPLY = 2000;

/** Most tokens of a call that are believed, input and output each: ten times the longest context there is. */
export const MAX_TOKENS = 100_000_000;

/** Tokens that a text of so many characters likely has. */
export const tokensOf = (characters: number): number => Math.ceil(characters / CHARACTERS_A_TOKEN);

/** What a task cost so far, as its record has it. */
export interface TaskCost {
  /** Sum of the calls whose price is known, USD. */
  readonly usd: number;
  /** Calls that got a reply. */
  readonly calls: number;
  /** Those of them whose model has no known price. */
  readonly unpriced_calls: number;
  /** Those of them whose tokens the provider did not count: they are estimated by the length of prompt and reply. */
  readonly estimated_calls: number;
  /** Calls that were aborted, cut by a kill, or answered with what nobody can read: what they cost nobody knows. */
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
      /** `provider/model`. */
      readonly model: string;
      /** USD that the call may cost. */
      readonly reserved: number;
    }
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly usd: number | null;
      readonly input: number | null;
      readonly output: number | null;
      readonly estimated: boolean;
    }
  | { readonly kind: 'refused' | 'unsettled'; readonly id: string };

/** Money that is gone: settled, or reserved for calls whose end is not known. */
export interface Spent {
  /** USD of calls that are settled. */
  readonly settled: number;
  /** USD reserved for calls of which nobody knows what they cost. */
  readonly unknown: number;
  readonly unknownCalls: number;
}

/** A limit that does not reach for a call, USD. */
export interface Shortage extends Spent {
  readonly limit: number;
  readonly wanted: number;
}

/**
 * `$0.40 of $0.50 is settled, $0.08 is reserved for 2 calls whose cost is not known, and review r1 may cost $0.20 more`.
 * @param purpose what the limit is for, such as ` for a module`; empty for the task.
 */
export function shortageText(shortage: Shortage, call: string, purpose = ''): string {
  const { limit, settled, unknown, unknownCalls, wanted } = shortage;
  const gone = `${usd(settled)} of ${purpose === '' ? '' : 'the '}${usd(limit)}${purpose} is`;
  const known =
    unknownCalls === 0
      ? `${gone} spent`
      : `${gone} settled, ${usd(unknown)} is reserved for ${callsOf(unknownCalls)} whose cost is not known`;
  return `${known}, and ${call} may cost ${usd(wanted)} more`;
}

const callsOf = (count: number): string => `${count} ${count === 1 ? 'call' : 'calls'}`;

/** Prices of the last calls of each ask that are kept to tell what the next one may cost. */
const KEPT_PRICES = 101;

interface Open {
  readonly module: string;
  readonly go: string;
  /** What is asked of which model: calls that are alike in both cost about the same. */
  readonly like: string;
  readonly reserved: number;
}

/** One go at a module: `b1/06-aspect`, and its generation. */
interface Go {
  readonly module: string;
  readonly generation: number;
}

const goOf = ({ module, generation }: Go): string => `${generation} ${module}`;

/** What makes calls cost about the same. */
interface Kind {
  readonly ask: string;
  readonly model: string;
}

const kindOf = ({ ask, model }: Kind): string => `${ask} ${model}`;

const NOTHING: Spent = { settled: 0, unknown: 0, unknownCalls: 0 };

const plus = (one: Spent, other: Spent): Spent => ({
  settled: one.settled + other.settled,
  unknown: one.unknown + other.unknown,
  unknownCalls: one.unknownCalls + other.unknownCalls,
});

/** Sums the lines of a ledger as they come. */
export class CostSum {
  private readonly open = new Map<string, Open>();
  private readonly prices = new Map<string, number[]>();
  private readonly modules: Record<string, number> = {};
  private readonly goes = new Map<string, Spent>();
  private readonly sum = {
    usd: 0,
    calls: 0,
    unpriced_calls: 0,
    estimated_calls: 0,
    unsettled_calls: 0,
    unsettled_usd: 0,
    input_tokens: 0,
    output_tokens: 0,
  };

  add(line: Line): void {
    const { sum, modules } = this;
    if (line.kind === 'asked') {
      const { id, module, reserved } = line;
      this.open.set(id, { module, go: goOf(line), like: kindOf(line), reserved });
      return;
    }
    const { module = '', go = '', like = '', reserved = 0 } = this.open.get(line.id) ?? {};
    this.open.delete(line.id);
    if (line.kind === 'unsettled') {
      sum.unsettled_calls += 1;
      sum.unsettled_usd += reserved;
      this.spend(go, { settled: 0, unknown: reserved, unknownCalls: 1 });
    }
    if (line.kind !== 'settled') return;
    const slug = module.slice(module.indexOf('/') + 1);
    sum.calls += 1;
    if (line.usd === null) sum.unpriced_calls += 1;
    else this.prices.set(like, [...(this.prices.get(like) ?? []).slice(1 - KEPT_PRICES), line.usd]);
    if (line.estimated) sum.estimated_calls += 1;
    sum.usd += line.usd ?? 0;
    sum.input_tokens += line.input ?? 0;
    sum.output_tokens += line.output ?? 0;
    modules[slug] = (modules[slug] ?? 0) + (line.usd ?? 0);
    this.spend(go, { ...NOTHING, settled: line.usd ?? 0 });
  }

  private spend(go: string, spent: Spent): void {
    this.goes.set(go, plus(this.goes.get(go) ?? NOTHING, spent));
  }

  /** What the task has spent. */
  get spent(): Spent {
    const { usd: settled, unsettled_usd: unknown, unsettled_calls: unknownCalls } = this.sum;
    return { settled, unknown, unknownCalls };
  }

  /** What one go at a module has spent. */
  spentOn(go: Go): Spent {
    return this.goes.get(goOf(go)) ?? NOTHING;
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
    const { settled, unknown } = this.spentOn(go);
    return open.reduce((total, call) => total + call.reserved, settled + unknown);
  }

  /** Calls in flight. */
  get inFlight(): number {
    return this.open.size;
  }

  /** The usual cost of a kind of call, USD; null before the first. */
  usual(kind: Kind): number | null {
    const prices = this.prices.get(kindOf(kind))?.toSorted((a, b) => a - b) ?? [];
    return prices[Math.floor(prices.length / 2)] ?? null;
  }

  /** Null where nothing was asked. */
  get value(): TaskCost | null {
    const { sum, modules } = this;
    return sum.calls + sum.unsettled_calls === 0 ? null : { ...sum, modules: { ...modules } };
  }
}
