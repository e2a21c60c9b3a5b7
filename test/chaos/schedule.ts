/** A schedule of what befalls a task, drawn from a seed: the same seed gives the same schedule. */
import { randomFrom } from '../../src/domain/random.ts';

/** What may happen, with how often it does, by weight. */
const WEIGHTS = {
  'kill worker': 4,
  'kill server': 2,
  'kill supervisor': 2,
  'kill all': 2,
  stop: 2,
  retry: 3,
  pause: 3,
  width: 3,
  'cut network': 2,
  edit: 4,
  garbage: 3,
} as const;

export type Kind = keyof typeof WEIGHTS;

/** One thing that happens. */
export interface Move {
  /** Since the start, ms. */
  readonly at: number;
  readonly kind: Kind;
  /** In [0, 1): which module, how wide, how long; each kind makes of it what it needs. */
  readonly draw: number;
}

/** Between two moves, ms. */
const GAP = { least: 1500, most: 7000 };

/** The moves of so many minutes. */
export function scheduleOf(seed: number, minutes: number): Move[] {
  const random = randomFrom(seed);
  const moves: Move[] = [];
  const next = (at: number): number => at + GAP.least + random() * (GAP.most - GAP.least);
  for (let at = next(0); at < minutes * 60_000; at = next(at))
    moves.push({ at: Math.round(at), kind: kindAt(random()), draw: random() });
  return moves;
}

function kindAt(draw: number): Kind {
  const kinds = Object.entries(WEIGHTS) as [Kind, number][];
  let left = draw * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'edit';
}

/** A line a move, for a failing run. */
export const scheduleText = (moves: readonly Move[]): string =>
  moves.map(({ at, kind, draw }) => `  ${(at / 1000).toFixed(1)} s ${kind} ${draw.toFixed(3)}`).join('\n');
