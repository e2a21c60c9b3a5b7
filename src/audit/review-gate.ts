import type { Finding } from '../domain/audit.ts';
import { placeholderLines } from '../domain/placeholder.ts';
import type { Gate, GateInput } from './gate.ts';
import { linesWithoutComments, type LessonLine } from './lesson-lines.ts';
import { foundQuotes, ukrainianQuotes } from './review-quotes.ts';
import { cut } from './values.ts';

const GATE = 'review';

/** Quotations of the lesson that full marks need. */
const PROOFS = 2;

/** Quotations from which on it matters how many are found. */
const QUOTES_TO_JUDGE = 3;

const HEADINGS = [
  { name: 'Scores', pattern: /scores?\b|оцінк/i, fromTier: 1 },
  { name: 'Issues', pattern: /issues?\b|проблем|недолік/i, fromTier: 1 },
  { name: 'Verdict', pattern: /verdict\b|вердикт/i, fromTier: 1 },
  { name: 'Summary', pattern: /summary\b|підсумок|резюме/i, fromTier: 2 },
] as const;

/** Words by which a reviewer tells that the score was the aim. */
const AIMED =
  /ensur\w* (?:a |the )?(?:high|good|perfect|passing) score|(?:to )?(?:reach|get|achieve) a (?:high|perfect) score/i;

const PLACEHOLDERS =
  /\b(?:TODO|TBD|FIXME|lorem ipsum)\b|\[(?:insert|your|placeholder|fill in)\b[^\]\n]{0,80}\]|\{\{[^{}\n]{0,80}\}\}|\b[nX]\/10\b/;

/** Whether the module's review is one: long enough, with its parts, and with quotations that stand in the lesson. */
export const reviewGate: Gate = {
  name: GATE,
  title: 'Review',
  group: 'review',
  aside: true,
  check(input) {
    const { review, profile } = input;
    if (review === null) return { gate: GATE, status: 'info', message: 'No review', findings: [] };
    // The comments are notes of programs, such as our own stamp.
    const lines = linesWithoutComments({ body: review, firstLine: 1 });
    if (isAuditReport(lines))
      return { gate: GATE, status: 'info', message: 'No review: the file is the report of an audit', findings: [] };
    const findings = [...formFindings(lines, input), ...markFindings(lines, input)];
    const errors = findings.filter(({ severity }) => severity === 'error');
    const [first] = errors.length > 0 ? errors : findings;
    if (first === undefined)
      return { gate: GATE, status: 'pass', message: `Valid review (tier ${profile.review.tier})`, findings };
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    return { gate: GATE, status: errors.length > 0 ? 'fail' : 'warn', message: `${first.message}${more}`, findings };
  },
};

/** Tools of the curriculum have left reports of audits in the folder of reviews. */
const isAuditReport = (lines: readonly LessonLine[]): boolean =>
  /^#\s+Audit Report\b/.test(lines.find(({ text }) => text.trim() !== '')?.text ?? '');

function formFindings(lines: readonly LessonLine[], { profile }: GateInput): readonly Finding[] {
  const { tier, characters, dimensions } = profile.review;
  const length = lines
    .map(({ text }) => text)
    .join('\n')
    .trim().length;
  const headings = lines.filter(({ text }) => /^#{1,6}\s/.test(text));
  const rows = scoreRows(lines).length;
  const found: (Finding | null)[] = [
    length < characters ? error(`The review has ${length} characters of ${characters}`) : null,
    rows < dimensions ? error(`The review scores ${rows} dimensions of ${dimensions}`) : null,
    ...HEADINGS.filter(({ fromTier }) => tier >= fromTier).map(({ name, pattern }) =>
      headings.some(({ text }) => pattern.test(text)) ? null : error(`The review has no heading with "${name}"`),
    ),
    placeholder(lines),
  ];
  return found.filter((finding) => finding !== null);
}

function placeholder(lines: readonly LessonLine[]): Finding | null {
  const line = lines.find(({ text }) => PLACEHOLDERS.test(text) || placeholderLines(text).length > 0);
  if (line === undefined) return null;
  return error(`The review has a placeholder in line ${line.number}: "${cut(line.text.trim(), 60)}"`);
}

/** What makes the marks doubtful. */
function markFindings(lines: readonly LessonLine[], { text }: GateInput): readonly Finding[] {
  const rows = scoreRows(lines);
  const review = lines.map((line) => line.text).join('\n');
  const quotes = ukrainianQuotes(review);
  const found = foundQuotes(quotes, text.files.lesson ?? '');
  const findings: Finding[] = [];
  if (rows.length > 0 && rows.every(({ full }) => full) && quotes.length < PROOFS)
    findings.push(error(`The review gives full marks with ${quotes.length} Ukrainian quotations of ${PROOFS}`));
  if (quotes.length >= QUOTES_TO_JUDGE && found === 0)
    findings.push(error(`None of the review's ${quotes.length} quotations stands in the lesson`));
  else if (quotes.length >= QUOTES_TO_JUDGE && found * 2 < quotes.length)
    findings.push(warning(`${found} of the review's ${quotes.length} quotations stand in the lesson`));
  const aimed = AIMED.exec(review);
  if (aimed !== null) findings.push(error(`The review was written for its score: "${aimed[0]}"`));
  return findings;
}

/** Rows of tables that have a score in one of their first cells: `| 1 | Coherence | 9/10 | …`. */
function scoreRows(lines: readonly LessonLine[]): readonly { readonly full: boolean }[] {
  return lines.flatMap(({ text }) => {
    const match = SCORE_ROW.exec(text);
    return match === null ? [] : [{ full: Number(match[1]) === Number(match[2]) }];
  });
}

const SCORE_ROW = /^\s*\|(?:\s*\d+\s*\|)?[^|\n]{2,80}\|[\s*_]*(\d+(?:\.\d+)?)\s*\/\s*(10|5)(?!\d)/;

const HINT = 'Have the module reviewed anew: batch-manager fix-review.';

const error = (message: string): Finding => ({ gate: GATE, severity: 'error', message, hint: HINT });
const warning = (message: string): Finding => ({ gate: GATE, severity: 'warning', message, hint: HINT });
