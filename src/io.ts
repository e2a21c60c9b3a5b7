import { visibleText } from './domain/visible.ts';

/** Where a command reads and writes: stdout holds results, stderr progress and messages. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Writes a result that another program reads byte by byte, such as a patch: unchanged unless stdout is a terminal. */
  exact(text: string): void;
  /** True where stderr is a terminal that may be redrawn and coloured. */
  readonly live: boolean;
  /** Columns of the terminal that results go to, as they are now; infinite for a file or pipe. */
  readonly columns: number;
  /** Stderr without the boundary: for our own control sequences, whose texts from outside were made visible before. */
  readonly screen: NodeJS.WriteStream;
}

/** What is assumed of a terminal that does not say its size. */
const USUAL_COLUMNS = 80;

/** Hides and shows the cursor: written by the live view's library to stderr itself; neither can do harm. */
const CURSOR: ReadonlySet<unknown> = new Set(['\u001b[?25l', '\u001b[?25h']);

type Write = NodeJS.WriteStream['write'];

/** The streams' own `write`, kept from before the boundary. */
const passed = new Map<NodeJS.WriteStream, Write>();

/**
 * Puts the boundary in front of stdout and stderr: from here on whatever this process writes, also by a library, shows
 * control characters instead of sending them. Only `Io.screen` and `Io.exact` get past it.
 */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (passed.has(stream)) continue;
    const write = stream.write.bind(stream);
    passed.set(stream, write);
    stream.write = (chunk: string | Uint8Array, ...rest: []) =>
      write(CURSOR.has(chunk) ? chunk : visibleText(textOf(chunk)), ...rest);
  }
}

const textOf = (chunk: string | Uint8Array): string =>
  typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');

/** The process's own streams. */
export function processIo(): Io {
  guardOutput();
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    exact: (text) => void (stdout.isTTY ? stdout.write(text) : unguarded(stdout).write(text)),
    live: stderr.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined,
    get columns() {
      return stdout.isTTY ? columnsOf(stdout) : Infinity;
    },
    screen: unguarded(stderr),
  };
}

/** The columns of a terminal: as COLUMNS says, as the terminal says, or what is usual. */
export function columnsOf(terminal: NodeJS.WriteStream): number {
  const asked = Number(process.env['COLUMNS']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  // Some terminals, as those of containers, say 0.
  return terminal.columns > 0 ? terminal.columns : USUAL_COLUMNS;
}

/** The stream with its own `write`. */
function unguarded(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = passed.get(stream) ?? stream.write.bind(stream);
  return new Proxy(stream, {
    get(target, name) {
      if (name === 'write') return write;
      if (name === 'columns' && target.isTTY) return columnsOf(target);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
