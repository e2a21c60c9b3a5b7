/** Where a command reads and writes: stdout holds results, stderr progress and messages. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** True where stderr is a terminal that may be redrawn and coloured. */
  readonly live: boolean;
  /** Columns of the terminal that results go to; infinite for a file or pipe. */
  readonly columns: number;
}

/** The process's own streams. */
export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    live: process.stderr.isTTY && process.env.TERM !== 'dumb' && process.env.CI === undefined,
    columns: process.stdout.isTTY ? process.stdout.columns : Infinity,
  };
}
