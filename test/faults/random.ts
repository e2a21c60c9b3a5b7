/** Numbers in [0, 1) that a seed determines (mulberry32), so that a failed run can be had again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FAULT_SEED, or a new seed; a test prints it. */
export const SEED = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));

/** How often each kind of kill is tried. */
export const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
