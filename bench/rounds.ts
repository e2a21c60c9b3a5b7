/** Rounds of a bench: its share of BENCH_ROUNDS (default 20), at least one. */
export function rounds(share = 1): number {
  return Math.max(1, Math.round(Number(process.env.BENCH_ROUNDS ?? 20) * share));
}

/** Modules of a run: BENCH_SIZE (default 1) times the usual number, a multiple of `step`. For a quick look, not for figures to keep. */
export function sized(modules: number, step: number): number {
  return Math.max(1, Math.round((Number(process.env.BENCH_SIZE ?? 1) * modules) / step)) * step;
}
