/** A review as an object, for providers that keep a reply to a schema; it comes back in the form that the prompt describes. */
import { replyText } from '../domain/reply-text.ts';
import { DIMENSIONS } from '../domain/review.ts';
import { record } from './retry-after.ts';

const text = { type: 'string' } as const;
const array = { type: 'array' } as const;
const score = { type: 'number', description: '0 to 10, with one decimal' } as const;

/** Strict: every property is required, and no other is allowed. */
function object<P extends object>(properties: P) {
  return { type: 'object' as const, properties, required: Object.keys(properties), additionalProperties: false };
}

/** A dimension as a key: `beginner_safety`. */
const keyOf = (name: string): string => name.toLowerCase().replaceAll(' ', '_');

const VERDICTS = ['PASS', 'FAIL'] as const;

/**
 * JSON schema of a review. What was seen comes before the score for it: a model that has to give a score first finds reasons
 * for it afterwards. The limits of the scores are not in it: not every provider takes them.
 */
export const REVIEW_SCHEMA = object({
  title: { ...text, description: 'title of the module' },
  summary: { ...text, description: 'three or four sentences' },
  dimensions: object(
    Object.fromEntries(DIMENSIONS.map(({ name }) => [keyOf(name), object({ evidence: text, score })])),
  ),
  issues: {
    ...array,
    description: 'the critical issues; empty where there is none',
    items: object({
      title: text,
      location: { ...text, description: 'file, section or item' },
      original: { ...text, description: 'the words as they stand' },
      problem: text,
      fix: { ...text, description: 'what it should be' },
    }),
  },
  fix_plan: { ...array, items: text, description: 'steps that bring each low row over its limit' },
  overall_score: score,
  status: { ...text, enum: [...VERDICTS] },
  reason: { ...text, description: 'why this status, in one sentence' },
});

/** Said behind the prompt, which describes the form of a text. */
export const AS_OBJECT =
  '\n\nGive this review as one JSON object of the schema that came with this request: its fields hold what the parts of the form hold. Leave the delimiters out.';

/**
 * The text of a review that came as JSON; null where it is none of the schema. Scores are written as they are: whether they
 * are within bounds is judged by whoever reads the text.
 */
export function reviewText(json: string): string | null {
  const review = parsed(json);
  const status = VERDICTS.find((verdict) => verdict === review['status']);
  const scores = record(review['dimensions']);
  const rows = DIMENSIONS.map(({ name, limit }, index) => row(name, limit, index + 1, record(scores[keyOf(name)])));
  const overall = review['overall_score'];
  if (status === undefined || typeof overall !== 'number' || rows.includes(null)) return null;
  return [
    '===REVIEW_START===',
    `# Review: ${line(review['title'])}`,
    '',
    `**Overall Score:** ${overall}/10`,
    `**Status:** ${status}`,
    '',
    '## Summary',
    '',
    paragraph(review['summary']),
    '',
    '## Scores',
    '',
    '| # | Dimension | Score | Auto-fail | Evidence |',
    '| - | --------- | ----- | --------- | -------- |',
    ...rows,
    '',
    '## Critical Issues',
    '',
    ...issues(review['issues']),
    '## Fix Plan',
    '',
    ...steps(review['fix_plan']),
    '',
    '## Verdict',
    '',
    `**${status}**`,
    '',
    paragraph(review['reason']),
    '===REVIEW_END===',
    '',
  ].join('\n');
}

/** The object in a reply, also where a fence, thoughts or chatter stand around it. */
function parsed(reply: string): Readonly<Record<string, unknown>> {
  const text = replyText(reply);
  const inner = text.slice(Math.max(0, text.indexOf('{')), text.lastIndexOf('}') + 1);
  return [reply, text, inner].map(objectIn).find((found) => found !== undefined) ?? {};
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function row(name: string, limit: number, number: number, dimension: Readonly<Record<string, unknown>>): string | null {
  const { score: given, evidence } = dimension;
  if (typeof given !== 'number') return null;
  return `| ${number} | ${name} | ${given}/10 | <${limit} | ${line(evidence).replaceAll('|', '/')} |`;
}

function issues(value: unknown): readonly string[] {
  const found = list(value).map(record);
  if (found.length === 0) return ['None.', ''];
  return found.flatMap((issue, index) => [
    `### Issue ${index + 1}: ${line(issue['title'])}`,
    '',
    `- **Location**: ${line(issue['location'])}`,
    `- **Original**: ${line(issue['original'])}`,
    `- **Problem**: ${line(issue['problem'])}`,
    `- **Fix**: ${line(issue['fix'])}`,
    '',
  ]);
}

function steps(value: unknown): readonly string[] {
  const found = list(value);
  return found.length === 0 ? ['Nothing to do.'] : found.map((step, index) => `${index + 1}. ${line(step)}`);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A field on one line: a line of its own could be taken for a part of the form. */
const line = (value: unknown): string => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '');

/** A field that is a line by itself; one that begins like the headline or a heading must not be read as it. */
function paragraph(value: unknown): string {
  const flat = line(value);
  return /^[\s>*_-]*(?:#|Overall Score\b|Status\b|\||===)/i.test(flat) ? `: ${flat}` : flat;
}
