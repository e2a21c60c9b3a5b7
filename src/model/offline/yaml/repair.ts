import { parseDocument } from 'yaml';
import { dropDuplicateKey } from './duplicate-key.ts';
import { LINE_REPAIRS } from './line-repairs.ts';
import { readYaml } from './read.ts';

/** One line of YAML that was mended. */
export interface Repair {
  /** From 0, in the text as it was then. */
  readonly line: number;
  readonly original: string;
  readonly remedy: string;
}

/**
 * Parses that one repair may take: a file that is broken all over must not hold up the process that waits for it (a parse of
 * 20 KB takes 1 to 2 ms).
 */
const MOST_PARSES = 200;

/** How many lines above the one that the parser names are tried: it often complains of the line after the slip. */
const LINES_ABOVE = 3;

/**
 * Mends YAML that does not parse, line by line. A repair counts only where the parser then gets further; null where the text
 * cannot be made to parse. Only lines that were mended change.
 */
export function repairYaml(text: string): { readonly text: string; readonly repairs: readonly Repair[] } | null {
  const budget = { parses: MOST_PARSES };
  const repairs: Repair[] = [];
  let current = text;
  let at = firstError(current);
  while (at !== null) {
    const next = nextRepair(current, at, budget);
    if (next === null) return null;
    repairs.push(next.candidate.repair);
    current = next.candidate.text;
    at = next.at;
  }
  return repairs.length === 0 ? null : { text: current, repairs };
}

/** The first repair after which the parser gets further, and how far: the line of its next error, or null. */
function nextRepair(
  text: string,
  at: YamlError,
  budget: { parses: number },
): { readonly candidate: Candidate; readonly at: YamlError | null } | null {
  const duplicate = duplicateKey(text, at.line);
  for (const candidate of [...(duplicate === null ? [] : [duplicate]), ...candidates(text, at.line)]) {
    budget.parses -= 1;
    if (budget.parses < 0) return null;
    const next = firstError(candidate.text);
    if (next === null || isFurther(candidate, at, next)) return { candidate, at: next };
  }
  return null;
}

interface YamlError {
  /** From 0. */
  readonly line: number;
  readonly reason: string;
}

/**
 * Further down, or, after a repair that is right whatever follows, another error on the same line: the parser names the line
 * after a missing space, and that line may have a slip of its own.
 */
function isFurther({ grown, isSure }: Candidate, at: YamlError, next: YamlError): boolean {
  return next.line > at.line + grown || (isSure && next.line === at.line && next.reason !== at.reason);
}

/** The first error; null where both parsers read the text. */
function firstError(text: string): YamlError | null {
  const reading = readYaml(text);
  if (!reading.ok) return reading;
  // Each parser takes things that the other refuses; the guards on a fix use the strict one.
  const [error] = parseDocument(text, { merge: true }).errors;
  return error === undefined ? null : { line: (error.linePos?.[0].line ?? 1) - 1, reason: error.code };
}

interface Candidate {
  readonly text: string;
  readonly repair: Repair;
  /** Lines that the text grew by; negative where it lost some. */
  readonly grown: number;
  readonly isSure: boolean;
}

/** Surest repairs first, each on the line that the parser names and then upwards. */
function* candidates(text: string, at: number): Generator<Candidate> {
  const lines = text.split('\n');
  const last = Math.min(at, lines.length - 1);
  const near = Array.from({ length: Math.min(last, LINES_ABOVE) + 1 }, (_, up) => last - up);
  const written = near.filter((line) => !isBlank(lines[line] ?? ''));
  for (const { remedy, isSure, mend } of LINE_REPAIRS) {
    for (const line of written) {
      const original = lines[line] ?? '';
      const mended = mend(original, previousLine(lines, line));
      if (mended === null) continue;
      yield { text: lines.with(line, mended).join('\n'), repair: { line, original, remedy }, grown: 0, isSure };
    }
  }
}

/** The key that stands twice is the one that the parser names. */
function duplicateKey(text: string, at: number): Candidate | null {
  const lines = text.split('\n');
  const dropped = dropDuplicateKey(lines, at);
  if (dropped === null) return null;
  const repair = { line: at, original: lines[at] ?? '', remedy: 'keep one of two equal keys' };
  return { text: dropped.join('\n'), repair, grown: dropped.length - lines.length, isSure: false };
}

const isBlank = (line: string): boolean => /^\s*(?:#|$)/.test(line);

function previousLine(lines: readonly string[], index: number): string {
  return lines.slice(0, index).findLast((line) => !isBlank(line)) ?? '';
}
