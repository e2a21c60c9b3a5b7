/** The last values that were written or read, by key: for content that never changes under its key. */
export class Recent<T> {
  private readonly values = new Map<string, T>();
  private readonly limit: number;

  /** @param limit values kept; the one that was used longest ago goes first. */
  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): T | undefined {
    const value = this.values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.values.delete(key);
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.limit && oldest !== undefined) this.values.delete(oldest);
  }
}
