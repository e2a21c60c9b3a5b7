import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractReview } from '../../src/domain/reply.ts';
import { parseReview, readReviewStamp, renderReviewFile, weightedMean } from '../../src/domain/review-text.ts';
import { DIMENSIONS, underLimit, type Review } from '../../src/domain/review.ts';
import { readSample, samplesAbsent, SKIP_REASON } from './real-samples.ts';

interface Parts {
  readonly score?: string;
  readonly status?: string;
  readonly rows?: readonly string[];
  readonly tail?: string;
}

const ROWS = DIMENSIONS.map(({ name, limit }, index) => `| ${index + 1} | ${name} | 9/10 | <${limit} | fine |`);

function review({
  score = '**Overall Score:** 9/10',
  status = '**Status:** PASS',
  rows = ROWS,
  tail = '',
}: Parts = {}): string {
  const table = ['| # | Dimension | Score | Auto-fail | Evidence |', '|---|---|---|---|---|', ...rows];
  return ['# Review', '', score, status, '', '## Scores', '', ...table, '', tail].join('\n');
}

function parsed(markdown: string): Review {
  const result = parseReview(markdown);
  if (!result.ok) throw new Error(result.reason);
  return result.review;
}

function reasonOf(markdown: string): string {
  const result = parseReview(markdown);
  return result.ok ? 'it was read' : result.reason;
}

test('headline, status and the twelve rows are read', () => {
  const { score, verdict, dimensions, issues } = parsed(review());
  expect({ score, verdict, issues }).toEqual({ score: 9, verdict: 'PASS', issues: [] });
  expect(dimensions).toEqual(DIMENSIONS.map(({ name }) => ({ name, score: 9 })));
});

test.each([
  ['**Overall Score:** 6.4/10', 6.4],
  ['**Overall Score: 6.4/10**', 6.4],
  ['**Overall Score**: **6,4 / 10**', 6.4],
  ['Overall Score: 10/10', 10],
  ['**Overall Score:** 4.5/5', 9],
  ['**Overall Score:** 3.3/5', 6.6],
  ['**Overall Score:** 0/10', 0],
])('the headline %s is %d', (line, score) => {
  expect(parsed(review({ score: line })).score).toBe(score);
});

test.each([
  ['', 'no line'],
  ['**Overall Score:** high', 'cannot be read'],
  ['**Overall Score:** 9', 'cannot be read'],
  ['**Overall Score:** 11/10', 'cannot be read'],
  ['**Overall Score:** 6/5', 'cannot be read'],
  ['**Overall Score:** -1/10', 'cannot be read'],
  ['**Overall Score:** 95/100', 'cannot be read'],
  ['**Overall Score:** 9/10\n**Overall Score:** 5/10', 'several'],
  ['**Weighted Overall:** 9/10', 'no line'],
])('a review with the headline "%s" is unreadable, never 0', (line, reason) => {
  expect(reasonOf(review({ score: line }))).toContain(reason);
});

test.each([
  ['**Status:** PASS', 'PASS'],
  ['**Status:** ✅ PASS (with remarks)', 'PASS'],
  ['**Status: FAIL**', 'FAIL'],
  ['Status: fail', 'FAIL'],
])('the status %s is %s', (status, verdict) => {
  expect(parsed(review({ status })).verdict).toBe(verdict);
});

test.each([
  '',
  '**Status:** PASS|FAIL',
  '**Status:** NOT PASS',
  '**Status:** BYPASS',
  '**Status:** PASSABLE',
  '**Status:** INCOMPLETE',
])('a review with the status "%s" is unreadable', (status) => {
  expect(reasonOf(review({ status }))).toMatch(/status/i);
});

test('two statuses that differ are unreadable, and a verdict of FAIL below counts against a PASS above', () => {
  expect(reasonOf(review({ status: '**Status:** PASS\n**Status:** FAIL' }))).toContain('neither');
  expect(parsed(review({ tail: '## Verdict\n\n**FAIL**\n\nNo.' })).verdict).toBe('FAIL');
  expect(parsed(review({ status: '**Status:** FAIL', tail: '## Verdict\n\n**PASS**' })).verdict).toBe('FAIL');
});

test('a table that lacks a row, has one twice, or a score out of range is unreadable', () => {
  expect(reasonOf(review({ rows: ROWS.slice(1) }))).toBe('the scores table lacks Experience');
  expect(reasonOf(review({ rows: [] }))).toContain('lacks Experience, Coherence');
  expect(reasonOf(review({ rows: [...ROWS, ROWS[0] ?? ''] }))).toBe('the scores table has Experience twice');
  const eleven = ROWS.map((row) => row.replace('| Language | 9/10', '| Language | 11/10'));
  expect(reasonOf(review({ rows: eleven }))).toBe('the score of Language is not within 0 to 10');
  const unknown = ROWS.map((row) => row.replace('| Language | 9/10', '| Language | N/A'));
  expect(reasonOf(review({ rows: unknown }))).toBe('the scores table lacks Language');
});

test('rows may have longer names, bold text, pipes in the evidence and no number; further dimensions are kept', () => {
  const rows = DIMENSIONS.map(({ name }) => `| **${name} Quality** | **8.5/10** | <7 | a \\| b | c |`);
  const { dimensions } = parsed(review({ rows: [...rows, '| 13 | Humour | 3/10 | - | none |'] }));
  expect(dimensions).toHaveLength(13);
  expect(dimensions[0]).toEqual({ name: 'Experience Quality', score: 8.5 });
  expect(dimensions[12]).toEqual({ name: 'Humour', score: 3 });
});

test('a later table of hoped-for scores is not read', () => {
  const hoped = ROWS.map((row) => row.replace('9/10', '10/10')).join('\n');
  expect(parsed(review({ tail: `## After the fixes\n\n${hoped}` })).dimensions.every((row) => row.score === 9)).toBe(
    true,
  );
});

test('titles of critical issues are read without their numbers, cut to 200 characters', () => {
  const tail = `## Critical Issues Found\n\n### Issue 1: Broken activity\n- **Fix**: x\n\n### Issue 2: ${'a'.repeat(300)}\n\n## Fix Plan\n\n### Not an issue`;
  const { issues } = parsed(review({ tail }));
  expect(issues).toEqual(['Broken activity', 'a'.repeat(200)]);
  expect(parsed(review({ tail: '## Critical Issues\n\n### None found' })).issues).toEqual([]);
});

test('parsing never throws, whatever the text', () => {
  const part = fc.constantFrom(
    '**Overall Score:** 9/10',
    '**Status:** PASS',
    '| 1 | Language | 9/10 |',
    '## Verdict',
    '## Critical Issues',
    '### ',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string())), (lines) => {
      const text = lines.join('\n');
      expect(typeof parseReview(text).ok).toBe('boolean');
      readReviewStamp(text);
    }),
  );
});

test('the weighted mean goes by the weights of the dimensions', () => {
  const dimensions = DIMENSIONS.map(({ name }) => ({ name, score: name === 'Experience' ? 2 : 9 }));
  expect(weightedMean({ dimensions })).toBeCloseTo((9 * 12.5 + 2 * 1.5) / 14, 10);
  expect(weightedMean({ dimensions: [] })).toBeNull();
  expect(weightedMean({ dimensions: [{ name: 'Humour', score: 1 }] })).toBeNull();
});

const stamp = {
  task: 'fix-review-b1-6-10-20261124083338',
  base: 'ab'.repeat(32),
  model: 'google/gemini-2.5-flash',
  score: 9,
};

test('a review file holds the review as it is, and a stamp that is read back with the weighted mean', () => {
  const file = renderReviewFile({ review: review(), stamp });
  expect(file.startsWith(review().trimEnd())).toBe(true);
  expect(file.trimEnd().split('\n').at(-1)).toMatch(
    /^<!-- batch-manager: \{"v":1,"task":"fix-review-b1-6-10-20261124083338","base":"abab/,
  );
  expect(readReviewStamp(file)).toEqual({ ...stamp, mean: 9 });
  expect(parsed(file)).toEqual(parsed(review()));
});

test('a stamp survives what would end its comment, and line ends changed by git', () => {
  const odd = { ...stamp, model: 'a--b-->c' };
  const file = renderReviewFile({ review: 'unreadable', stamp: odd });
  expect(file.match(/-->/g)).toHaveLength(1);
  expect(readReviewStamp(file.replaceAll('\n', '\r\n'))).toEqual({ ...odd, mean: null });
});

test('a stamp that the model wrote into its review does not count', () => {
  const forged = '<!-- batch-manager: {"v":1,"task":"t","base":"b","model":"m","score":10} -->';
  expect(readReviewStamp(renderReviewFile({ review: `${review()}\n${forged}\n`, stamp }))).toMatchObject(stamp);
});

test('a review of another tool, a damaged stamp and one of another version give null', () => {
  for (const text of [
    review(),
    '<!-- batch-manager: {"v":1} -->',
    '<!-- batch-manager: {oops} -->',
    '<!-- batch-manager: {"v":2,"task":"t","base":"b","model":"m","score":10} -->',
    'text <!-- batch-manager: {"v":1,"task":"t","base":"b","model":"m","score":10} -->',
  ]) {
    expect(readReviewStamp(text)).toBeNull();
  }
});

test('real reviews are read: one that fails with 6.4, one that passes with 9.8 after chatter', ({ skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const read = (name: string): string =>
    extractReview(readSample(`a1/orchestration/numbers-and-money/${name}`) ?? '') ?? '';
  const failed = parsed(read('phase-5-response.md'));
  expect(failed).toMatchObject({ score: 6.4, verdict: 'FAIL' });
  expect(failed.issues[1]).toBe('Grammar Error in Answer Key');
  expect(underLimit(failed)).toContain('Activities');
  expect(weightedMean(failed)).toBeCloseTo(6.72, 1);
  const passed = parsed(read('phase-5-output.md'));
  expect(passed).toMatchObject({ score: 9.8, verdict: 'PASS', issues: ['Linguistic Accuracy (IPA Consistency)'] });
  expect(weightedMean(passed)).toBeCloseTo(9.89, 2);
});

test('a real free-form review without a score is unreadable', ({ skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const text = readSample('b1/audit/05-ready-for-immersion-llm-review.md') ?? '';
  expect(text).toContain('LLM Review');
  expect(extractReview(text)).toBeNull();
  expect(reasonOf(text)).toContain('Overall Score');
});
