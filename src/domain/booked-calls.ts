/** The calls of a ledger, each put together from its two lines. */

/** The lines that calls are put together from (src/store/ledger.ts). */
type Line =
  | {
      readonly kind: 'asked';
      readonly id: string;
      readonly at: string;
      readonly reply: string;
      readonly module: string;
      readonly ask: string;
      readonly round: number | null;
      readonly model: string;
    }
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly at: string;
      readonly usd: number | null;
      readonly input: number | null;
      readonly output: number | null;
    }
  | { readonly kind: 'refused' | 'unsettled'; readonly id: string; readonly at: string };

export interface BookedCall {
  /** Key of the reply that was asked for. */
  readonly reply: string;
  /** `b1/06-aspect`. */
  readonly module: string;
  readonly ask: string;
  /** Null where an older version booked it. */
  readonly round: number | null;
  /** `provider/model`. */
  readonly model: string;
  /** Whether its reply was got; what it cost is known of no other call. */
  readonly replied: boolean;
  /** Whether nobody knows what it cost: in flight, stopped, or cut by a kill. */
  readonly cut: boolean;
  /** From its request to its end, ms; 0 for one in flight. */
  readonly ms: number;
  /** USD; null where the price is not known. */
  readonly usd: number | null;
  readonly input: number | null;
  readonly output: number | null;
}

/** All calls of a ledger, in the order in which they were asked. */
export function bookedCalls(lines: readonly Line[]): BookedCall[] {
  const ends = new Map<string, Exclude<Line, { kind: 'asked' }>>();
  for (const line of lines) if (line.kind !== 'asked') ends.set(line.id, line);
  return lines.flatMap((line) => {
    if (line.kind !== 'asked') return [];
    const { reply, module, ask, round, model } = line;
    const end = ends.get(line.id);
    const { usd, input, output } = end?.kind === 'settled' ? end : { usd: null, input: null, output: null };
    const ms = end === undefined ? 0 : Math.max(0, Date.parse(end.at) - Date.parse(line.at));
    const replied = end?.kind === 'settled';
    return [
      { reply, module, ask, round, model, replied, cut: !replied && end?.kind !== 'refused', ms, usd, input, output },
    ];
  });
}

/** What one step of a module cost, over all its calls. */
export interface StepCost {
  /** Null where an older version booked it. */
  readonly round: number | null;
  readonly ask: string;
  /** Calls that got a reply. */
  readonly calls: number;
  /** Calls of which nobody knows what they cost. */
  readonly cut: number;
  readonly input: number;
  readonly output: number;
  /** USD of the calls whose price is known; null where none is. */
  readonly usd: number | null;
}

/** What the calls cost by round and step, in the order in which each was first asked. */
export function stepCosts(calls: readonly BookedCall[]): StepCost[] {
  const steps = new Map<string, StepCost>();
  for (const { round, ask, replied, cut, input, output, usd } of calls) {
    if (!replied && !cut) continue;
    const key = `${ask} ${round}`;
    const step = steps.get(key) ?? { round, ask, calls: 0, cut: 0, input: 0, output: 0, usd: null };
    steps.set(key, {
      ...step,
      calls: step.calls + (replied ? 1 : 0),
      cut: step.cut + (cut ? 1 : 0),
      input: step.input + (input ?? 0),
      output: step.output + (output ?? 0),
      usd: usd === null ? step.usd : (step.usd ?? 0) + usd,
    });
  }
  return [...steps.values()];
}
