import { createHash } from 'node:crypto';

/** Name of the variable that sets how long a call of the offline model takes. */
export const LATENCY_VARIABLE = 'BATCH_MANAGER_OFFLINE_LATENCY_MS';

/** Long enough to watch a batch, short enough to wait for it. */
const DEFAULT_MS = 150;
const LONGEST_MS = 3_600_000;

/** Mean latency of a call by the environment, ms; null where the variable is no number from 0 to an hour. */
export function meanLatency(env: Readonly<Record<string, string | undefined>>): number | null {
  const text = env[LATENCY_VARIABLE];
  if (text === undefined || text.trim() === '') return DEFAULT_MS;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 && value <= LONGEST_MS ? value : null;
}

/** Latency of one call, ms: the mean, up to 30 % more or less, by the hash of the prompt; the same prompt takes the same time. */
export function latencyOf(prompt: string, mean: number): number {
  const share = createHash('sha256').update(prompt).digest().readUInt32BE(0) / 0xffff_ffff;
  return mean * (0.7 + 0.6 * share);
}

/** Waits; rejects with the signal's reason at once when it is aborted, or where it was before. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
