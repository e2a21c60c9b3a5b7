/** Median, 95th percentile and range of measured values, in ms. */
export function figures(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return `${name.padEnd(44)} n ${String(sorted.length).padStart(3)}  min ${at(0)}  p50 ${at(0.5)}  p95 ${at(0.95)}  max ${at(1)} ms`;
}
