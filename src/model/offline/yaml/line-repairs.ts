/** A way to mend one line of YAML that does not parse. Gives the new line, or null where it has nothing to do. */
export interface LineRepair {
  readonly remedy: string;
  /** True where no YAML of the curriculum is meant to be as the line was, whatever stands around it. */
  readonly isSure: boolean;
  readonly mend: (line: string, previous: string) => string | null;
}

const KEY = String.raw`[A-Za-z_][\w-]*`;
const LEAD = String.raw`\s*(?:-\s+)*`;

const indentOf = (line: string): string => /^[ \t]*/.exec(line)?.[0] ?? '';

/** Every repair in the order in which it is tried; what none of them mends is left for a person. */
export const LINE_REPAIRS: readonly LineRepair[] = [
  {
    remedy: 'indent with spaces instead of tabs',
    isSure: true,
    mend(line) {
      const indent = indentOf(line);
      return indent.includes('\t') ? indent.replaceAll('\t', '  ') + line.slice(indent.length) : null;
    },
  },
  {
    remedy: 'put a space after the dash',
    isSure: true,
    mend: (line) => replaced(line, new RegExp(`^(\\s*)-(?=${KEY}:(?:\\s|$))`), '$1- '),
  },
  {
    remedy: 'put a space after the colon',
    isSure: true,
    mend: (line) => replaced(line, new RegExp(`^(${LEAD}${KEY}):(?=[^\\s:/])`), '$1: '),
  },
  { remedy: 'quote the value', isSure: false, mend: quoteValue },
  {
    remedy: 'indent the line like the one before',
    isSure: false,
    mend(line, previous) {
      const indent = indentOf(line).length;
      const wanted = indentOf(previous).length + (/^\s*(-\s+)/.exec(previous)?.[1]?.length ?? 0);
      // One column is a slip of the finger; more may mean another place in the tree.
      if (!new RegExp(`^\\s*${KEY}:(?:\\s|$)`).test(line) || Math.abs(wanted - indent) !== 1) return null;
      return ' '.repeat(wanted) + line.slice(indent);
    },
  },
];

function replaced(line: string, pattern: RegExp, by: string): string | null {
  return pattern.test(line) ? line.replace(pattern, by) : null;
}

/** Quotes a value that holds `: `, starts with a sign that YAML reserves, or has stray quotes. */
function quoteValue(line: string): string | null {
  const match = new RegExp(`^(${LEAD}(?:${KEY}:\\s+)?)(\\S.*?)\\s*$`).exec(line);
  const lead = match?.[1] ?? '';
  const value = match?.[2] ?? '';
  // Without a key or a dash it is the next line of a longer text, and what would be quoted is not the whole value.
  if (lead.trim() === '' || value === '' || isWholeScalar(value) || /^[|>&]/.test(value)) return null;
  return `${lead}'${bareText(value).replaceAll("'", "''")}'`;
}

/** A value in quotes that close at its end, with no stray ones inside. */
const isWholeScalar = (value: string): boolean => /^"(?:[^"\\]|\\.)*"$/.test(value) || /^'(?:[^']|'')*'$/.test(value);

/** The text that was meant: outer quotes around stray inner ones are dropped, and so is one that nothing closes. */
function bareText(value: string): string {
  const quote = value[0] ?? '';
  if (quote !== '"' && quote !== "'") return value;
  const inner = value.endsWith(quote) && value.length > 1 ? value.slice(1, -1) : null;
  if (inner !== null) return inner.replaceAll(`\\${quote}`, quote);
  return value.split(quote).length === 2 ? value.slice(1) : value;
}
