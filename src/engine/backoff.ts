/** First and longest wait between two starts of a child, ms. */
const FIRST_MS = 200;
const LONGEST_MS = 30_000;

/** A child that lived this long is sound again, ms; at least twice the wait before it, which is part of the time measured. */
const SOUND_MS = 10_000;

/** When a child may be started again: at once the first time, then 0.2 s, 0.4 s … 30 s after its last start. */
export class Backoff {
  private waitMs = 0;
  private startedAt = 0;

  isDue(now: number = Date.now()): boolean {
    return now - this.startedAt >= this.waitMs;
  }

  started(now: number = Date.now()): void {
    const lived = now - this.startedAt;
    this.waitMs =
      this.startedAt === 0 || lived > Math.max(SOUND_MS, 2 * this.waitMs)
        ? FIRST_MS
        : Math.min(LONGEST_MS, this.waitMs * 2);
    this.startedAt = now;
  }
}
