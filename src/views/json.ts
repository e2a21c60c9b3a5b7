import { visibleJson } from '../domain/visible.ts';
import type { Io } from '../io.ts';

/** Prints a value as JSON for scripts: two-space indent, one final newline, and no character that a terminal would obey. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${visibleJson(JSON.stringify(value, null, 2))}\n`);
}
