import type { Io } from '../io.ts';

/** Prints a value as JSON for scripts: two-space indent, one final newline. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`);
}
