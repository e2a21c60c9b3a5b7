/** How often the clock is looked at, ms. */
const TICK_MS = 1000;

/** More than this between two looks, ms, and the process was not running: it was stopped, or its machine asleep. */
const ASLEEP_MS = 5000;

/** Measures the time for which this process has run: what was sent to it while it was frozen has yet to be read. */
export class AwakeClock {
  private awakeMs = 0;
  private lookedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly onTick = new Set<() => void>();

  constructor() {
    this.timer = setInterval(() => {
      this.look();
      for (const tick of this.onTick) tick();
    }, TICK_MS);
  }

  /** Time awake since the clock was made, whole ms. */
  get elapsed(): number {
    this.look();
    return Math.round(this.awakeMs);
  }

  /** Calls back once so many ms were spent awake. */
  after(ms: number, expire: () => void): void {
    let timer: NodeJS.Timeout | undefined;
    const check = (): void => {
      const left = ms - this.elapsed;
      if (left <= 0) {
        this.onTick.delete(check);
        expire();
      } else if (left < TICK_MS && timer === undefined) {
        timer = setTimeout(() => {
          timer = undefined;
          check();
        }, left);
      }
    };
    this.onTick.add(check);
    check();
  }

  /** Must be called once nobody asks any more. */
  stop(): void {
    this.look();
    clearInterval(this.timer);
    this.onTick.clear();
  }

  private look(): void {
    const now = performance.now();
    const passed = now - this.lookedAt;
    this.lookedAt = now;
    if (passed < ASLEEP_MS) this.awakeMs += passed;
  }
}
