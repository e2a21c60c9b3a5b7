/** A lock that many hold together, or one alone. One that waits to be alone lets no others in before it. */
export class SharedLock {
  private holders = 0;
  private waiting: { readonly alone: boolean; readonly enter: () => void }[] = [];
  private aloneInside = false;

  /** Runs beside others. */
  async shared<T>(action: () => Promise<T>): Promise<T> {
    return this.run(false, action);
  }

  /** Runs with nobody beside. */
  async alone<T>(action: () => Promise<T>): Promise<T> {
    return this.run(true, action);
  }

  private async run<T>(alone: boolean, action: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.waiting.push({ alone, enter });
      this.letIn();
    });
    try {
      return await action();
    } finally {
      this.holders -= 1;
      this.aloneInside = false;
      this.letIn();
    }
  }

  private letIn(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.aloneInside || (next.alone && this.holders > 0)) return;
      this.waiting.shift();
      this.holders += 1;
      this.aloneInside = next.alone;
      next.enter();
    }
  }
}
