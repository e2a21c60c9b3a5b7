import { DIMENSIONS, dimensionOf, type DimensionScore, type Review } from './review.ts';

export type ParsedReview =
  { readonly ok: true; readonly review: Review } | { readonly ok: false; readonly reason: string };

const LONGEST_TITLE = 200;

/** Characters without width: they would part a word from itself. */
const UNSEEN = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g;

/**
 * Reads a review strictly: one headline score, one status, and the twelve rows of the scores table. What cannot be read is
 * unreadable, with the reason; it is never a score of 0, and a row left out is never a row that passes.
 */
export function parseReview(markdown: string): ParsedReview {
  const lines = markdown.replace(UNSEEN, '').split(/\r?\n/);
  const score = readHeadline(lines);
  if (typeof score === 'string') return { ok: false, reason: score };
  const status = readStatus(lines);
  if (!isVerdict(status)) return { ok: false, reason: status };
  const dimensions = readDimensions(lines);
  if (typeof dimensions === 'string') return { ok: false, reason: dimensions };
  // A review that says PASS above and FAIL below must not pass.
  const verdict = readVerdictSection(lines) === 'FAIL' ? 'FAIL' : status;
  return { ok: true, review: { score, verdict, dimensions, issues: readIssues(lines) } };
}

/** The mean of a review's rows by the weights of the dimensions, 0 to 10; null where it has no known row. */
export function weightedMean(review: Pick<Review, 'dimensions'>): number | null {
  const rows = review.dimensions.flatMap(({ name, score }) => {
    const dimension = dimensionOf(name);
    return dimension === undefined ? [] : [{ weight: dimension.weight, score }];
  });
  const weight = rows.reduce((sum, row) => sum + row.weight, 0);
  return weight === 0 ? null : rows.reduce((sum, row) => sum + row.weight * row.score, 0) / weight;
}

const NUMBER = String.raw`(-?\d+(?:[.,]\d+)?)`;
const OUT_OF = String.raw`\s*\/\s*(\d+)(?![\d.,]*\d)`;
const HEADLINE = new RegExp(String.raw`^[\s>*_#-]*Overall\sScore\b[\s*_:]*${NUMBER}${OUT_OF}`, 'i');

function readHeadline(lines: readonly string[]): number | string {
  const found = lines.filter((line) => /^[\s>*_#-]*Overall\sScore\b/i.test(line));
  if (found.length === 0) return 'there is no line "**Overall Score:** N/10"';
  const scores = found.map((line) => readScore(HEADLINE.exec(line)));
  const [score] = scores;
  if (score === undefined || score === null) return `the overall score cannot be read: "${found[0]?.slice(0, 80)}"`;
  return scores.every((other) => other === score) ? score : 'there are several different overall scores';
}

/** Score 0 to 10 of a match of number and scale; null outside of the scale, or for a scale other than 5 or 10. */
function readScore(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const value = Number((match[1] ?? '').replace(',', '.'));
  const scale = Number(match[2]);
  if ((scale !== 5 && scale !== 10) || !(value >= 0 && value <= scale)) return null;
  // Rounded, so that 3.3/5 is 6.6 and not 6.6000000000000005.
  return Math.round(((value * 10) / scale) * 1000) / 1000;
}

type Verdict = Review['verdict'];
const isVerdict = (text: string): text is Verdict => text === 'PASS' || text === 'FAIL';

/** The one whole word that a text begins with; `PASS|FAIL`, `NOT PASS` and `BYPASSED` are none. */
function verdictOf(text: string): Verdict | null {
  const words = text.toUpperCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = ''] = words;
  if (!isVerdict(first)) return null;
  return words.some((word) => isVerdict(word) && word !== first) ? null : first;
}

function readStatus(lines: readonly string[]): string {
  const found = lines.flatMap((line) => {
    const match = /^[\s>*_#-]*Status[\s*_]*:(.*)$/i.exec(line);
    return match === null ? [] : [match[1] ?? ''];
  });
  if (found.length === 0) return 'there is no line "**Status:** PASS" or FAIL';
  const verdicts = new Set(found.map(verdictOf));
  const [verdict] = verdicts;
  if (verdicts.size === 1 && verdict !== null && verdict !== undefined) return verdict;
  return `the status is neither PASS nor FAIL: "${found[0]?.trim().slice(0, 80)}"`;
}

function readVerdictSection(lines: readonly string[]): Verdict | null {
  const [first] = section(lines, /^#{1,4}\s+(?:Final\s+)?Verdict\b/i).filter((line) => line.trim() !== '');
  return first === undefined ? null : verdictOf(first);
}

/** The lines under the first heading that matches, up to the next heading of the same level or a higher one. */
function section(lines: readonly string[], heading: RegExp): readonly string[] {
  const start = lines.findIndex((line) => heading.test(line));
  if (start === -1) return [];
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => (/^(#+)\s/.exec(line)?.[1]?.length ?? 7) <= level);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
}

const CELL = new RegExp(String.raw`^[\s*_]*${NUMBER}${OUT_OF}`);

/** A row `| # | Dimension | n/10 | …`, the number left out or not; null for any other line. */
function readRow(line: string): { readonly name: string; readonly score: number | null } | null {
  if (!line.trimStart().startsWith('|')) return null;
  const cells = line.split('|').slice(1);
  if (/^\s*\d+\s*$/.test(cells[0] ?? '')) cells.shift();
  const match = CELL.exec(cells[1] ?? '');
  const name = (cells[0] ?? '').replace(/[*_`]/g, '').trim();
  return match === null || name === '' ? null : { name, score: readScore(match) };
}

function readDimensions(lines: readonly string[]): readonly DimensionScore[] | string {
  const rows: DimensionScore[] = [];
  for (const line of firstScoresTable(lines)) {
    const row = readRow(line);
    if (row === null) continue;
    if (row.score === null) return `the score of ${row.name} is not within 0 to 10`;
    rows.push({ name: row.name, score: row.score });
  }
  const count = (name: string): number => rows.filter((row) => dimensionOf(row.name)?.name === name).length;
  const names = DIMENSIONS.map((dimension) => dimension.name);
  const missing = names.filter((name) => count(name) === 0);
  if (missing.length > 0) return `the scores table lacks ${missing.join(', ')}`;
  const twice = names.filter((name) => count(name) > 1);
  return twice.length > 0 ? `the scores table has ${twice.join(', ')} twice` : rows;
}

/** The rows of the first table that has scores: a later one may hold the scores that a fix is hoped to bring. */
function firstScoresTable(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => readRow(line) !== null);
  if (start === -1) return [];
  const length = lines.slice(start).findIndex((line) => !line.trimStart().startsWith('|'));
  return lines.slice(start, length === -1 ? undefined : start + length);
}

function readIssues(lines: readonly string[]): readonly string[] {
  return section(lines, /^##\s+Critical Issues\b/i)
    .flatMap((line) => /^#{3,4}\s+(.+)$/.exec(line)?.[1] ?? [])
    .map((title) => title.replace(/^Issue\s+\d+\s*[:.)-]?\s*/i, '').trim())
    .filter((title) => title !== '' && !/^(?:none|no critical issues)\b/i.test(title))
    .map((title) => title.slice(0, LONGEST_TITLE));
}

/** What the program notes in a review file about the review: of which files, for which task, by which model. */
export interface ReviewStamp {
  readonly task: string;
  /** SHA-256 over the files that were reviewed: the review counts for exactly these. */
  readonly base: string;
  /** `provider/model`. */
  readonly model: string;
  /** Headline, 0 to 10. */
  readonly score: number;
}

const STAMP_VERSION = 1;
const STAMP = /^<!-- batch-manager: (\{.*\}) -->[ \t]*\r?$/gm;

/** The review file: the review's text as it is, then its stamp in an HTML comment, with the weighted mean beside the headline. */
export function renderReviewFile({ review, stamp }: { readonly review: string; readonly stamp: ReviewStamp }): string {
  const parsed = parseReview(review);
  const mean = parsed.ok ? weightedMean(parsed.review) : null;
  const record = { v: STAMP_VERSION, ...stamp, mean: mean === null ? null : Math.round(mean * 100) / 100 };
  // A `--` would end the comment.
  const json = JSON.stringify(record).replaceAll('--', String.raw`-\u002d`);
  return `${review.trimEnd()}\n\n<!-- batch-manager: ${json} -->\n`;
}

/** The stamp of a review file and the weighted mean beside it; null where another tool wrote it, or the stamp was damaged. */
export function readReviewStamp(markdown: string): (ReviewStamp & { readonly mean: number | null }) | null {
  // The last one: the text of a review is the model's, and might hold such a line.
  const json = [...markdown.matchAll(STAMP)].at(-1)?.[1];
  if (json === undefined) return null;
  try {
    return toStamp(JSON.parse(json) as Record<string, unknown>);
  } catch {
    return null;
  }
}

function toStamp(record: Record<string, unknown>): (ReviewStamp & { mean: number | null }) | null {
  const { v, task, base, model, score, mean } = record;
  if (v !== STAMP_VERSION || typeof task !== 'string' || typeof base !== 'string') return null;
  if (typeof model !== 'string' || typeof score !== 'number') return null;
  return { task, base, model, score, mean: typeof mean === 'number' ? mean : null };
}
