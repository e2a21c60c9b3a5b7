/** What is told of measured values. */
export interface Spread {
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { n: sorted.length, min: at(0), p50: median(sorted), p95: at(0.95), max: at(1) };
}

function median(sorted: readonly number[]): number {
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** Median with its range: `1.12 (1.08-1.20)`. */
export function medianAndRange(values: readonly number[], digits = 2): string {
  if (values.length === 0) return '-';
  const { min, p50, max } = spread(values);
  return `${p50.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;
}
