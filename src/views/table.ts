import { visibleLine } from '../domain/visible.ts';
import { cutText, padText, textWidth } from './width.ts';

/** Between two columns. */
const GAP = '  ';

/** A column that gives room to the others keeps at least so much of it. */
const LEAST = 12;

/** How a table is fitted into a terminal. */
export interface Fit {
  /** Columns of the terminal; infinite where nothing is to be cut. */
  readonly columns: number;
  /** Heading of the column that is cut first. */
  readonly flexible: string;
  /** Heading of a column that is left out before anything else is cut. */
  readonly spare?: string;
}

/** Nothing is cut: the table is small, or goes to a file or pipe. */
const WHOLE: Fit = { columns: Infinity, flexible: '' };

/** A plain table: no frame, two spaces between columns, headings in the first row. A cell is one line, whatever it holds. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[], fit: Fit = WHOLE): string {
  const cells = [head, ...rows].map((row) => row.map(visibleLine));
  const room = fit.columns - 1; // A terminal may wrap a line that reaches its last column.
  const wanted = widthsOf(cells);
  const widths = shrunk(wanted, head.indexOf(fit.flexible), room);
  const spare = fit.spare === undefined ? -1 : head.indexOf(fit.spare);
  if (spare !== -1 && total(widths) > room)
    return plainTable(
      head.toSpliced(spare, 1),
      rows.map((row) => row.toSpliced(spare, 1)),
      fit,
    );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => padText(cutText(cell, widths[at] ?? Infinity), widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
  return cells.map((row) => `${cutText(line(row), room)}\n`).join('');
}

const widthsOf = ([head = [], ...rows]: readonly (readonly string[])[]): number[] =>
  head.map((title, at) => rows.reduce((most, row) => Math.max(most, textWidth(row[at] ?? '')), textWidth(title)));

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));

/** The widths with one column made narrower, as far as it may be, where they are more than there is room for. */
function shrunk(widths: readonly number[], at: number, room: number): readonly number[] {
  const width = widths[at];
  const over = total(widths) - room;
  if (width === undefined || over <= 0) return widths;
  return widths.with(at, Math.max(Math.min(LEAST, width), width - over));
}
