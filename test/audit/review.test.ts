import { describe, expect, test } from 'vitest';
import { auditWhole } from '../../src/audit/audit.ts';
import { reportText } from '../../src/audit/report-file.ts';
import type { GateResult } from '../../src/domain/audit.ts';
import { moduleText, TABLE, wholeGateOf } from './texts.ts';

const LESSON = '# Назва\n\nВін сказав: «Я **читав** книгу весь вечір». Ми довго сперечалися про час.\n';

interface Parts {
  readonly scores?: readonly string[];
  readonly without?: string;
  readonly more?: string;
}

function review({ scores = Array.from({ length: 10 }, () => '9/10'), without = '', more = '' }: Parts = {}): string {
  const sections = {
    Summary: 'A sound lesson. '.repeat(60),
    Scores: [
      '| # | Dimension | Score |',
      '|---|---|---|',
      ...scores.map((score, index) => `| ${index + 1} | Coherence | ${score} |`),
    ].join('\n'),
    'Critical Issues': 'None that block.',
    Verdict: '**PASS**',
  };
  const parts = Object.entries(sections).filter(([name]) => name !== without);
  return `# Review\n\n${parts.map(([name, text]) => `## ${name}\n\n${text}\n`).join('\n')}\n${more}\n`;
}

const judged = (text: string, track = 'b1'): GateResult =>
  wholeGateOf('review', moduleText({ lesson: LESSON }, { track }), text);
const messages = (parts: Parts, track?: string): readonly string[] =>
  judged(review(parts), track).findings.map(({ message }) => message);

describe('the review gate', () => {
  test('only informs without a review', () => {
    expect(wholeGateOf('review', moduleText({}))).toMatchObject({ status: 'info', message: 'No review' });
  });

  test('passes a review that has all', () => {
    expect(judged(review())).toMatchObject({ status: 'pass', message: 'Valid review (tier 2)', findings: [] });
  });

  test.each([
    ['a1', 'The review scores 4 dimensions of 5', 4],
    ['b2', 'The review scores 7 dimensions of 8', 7],
    ['b2-hist', 'The review scores 9 dimensions of 10', 9],
    ['c1', 'The review scores 7 dimensions of 8', 7],
  ])('of %s wants its dimensions', (track, message, rows) => {
    const scores = Array.from({ length: rows }, () => '9/10');
    expect(messages({ scores, more: 'text '.repeat(300) }, track)).toEqual([message]);
  });

  test.each([
    ['a1', 400],
    ['b1', 800],
    ['c1-bio', 1500],
    ['c1', 800],
  ])('of %s wants %i characters', (track, characters) => {
    expect(judged('## Scores', track).findings[0]?.message).toBe(`The review has 9 characters of ${characters}`);
  });

  test.each(['Scores', 'Critical Issues', 'Verdict', 'Summary'])('wants a heading of %s', (without) => {
    const name = without === 'Critical Issues' ? 'Issues' : without;
    expect(messages({ without, more: 'text '.repeat(200) })).toContain(`The review has no heading with "${name}"`);
  });

  test('wants no summary of the first tier', () => {
    expect(messages({ without: 'Summary', more: 'text '.repeat(200) }, 'a1')).toEqual([]);
  });

  test.each(['TODO: check', 'Fix: [insert text here]', 'Score: X/10', '{{verdict}}', '[rest unchanged]'])(
    'fails for the placeholder %s',
    (more) => {
      expect(messages({ more })).toEqual([expect.stringContaining('has a placeholder in line')]);
    },
  );

  test('full marks need two Ukrainian quotations', () => {
    const scores = Array.from({ length: 10 }, () => '10/10');
    const proofs = 'Good: «Я читав книгу весь вечір» and «Ми довго сперечалися».';
    expect(messages({ scores })).toEqual(['The review gives full marks with 0 Ukrainian quotations of 2']);
    expect(messages({ scores, more: 'Good: «Я читав книгу весь вечір», "a fine book".' })).toHaveLength(1);
    expect(messages({ scores, more: proofs })).toEqual([]);
  });

  const quoted = (...quotes: readonly string[]): string => quotes.map((quote) => `- «${quote}»`).join('\n');

  test('fails where none of three quotations stands in the lesson', () => {
    const more = quoted('Вона пише листа', 'Сніг повільно падав', 'Хто будував собор');
    expect(judged(review({ more }))).toMatchObject({
      status: 'fail',
      message: "None of the review's 3 quotations stands in the lesson",
    });
  });

  test('warns where less than half of them do, and looks at the first 30 letters only', () => {
    const more = quoted('Я читав книгу весь вечір». Ми зовсім', 'Вона пише листа', 'Сніг повільно падав');
    expect(judged(review({ more }))).toMatchObject({
      status: 'warn',
      message: "1 of the review's 3 quotations stand in the lesson",
    });
  });

  test('minds no two quotations that it does not find, and no words', () => {
    expect(messages({ more: quoted('Вона пише листа', 'Сніг повільно падав', 'так', 'ні', 'ще') })).toEqual([]);
  });

  test('fails a review that was written for its score', () => {
    expect(messages({ more: 'This will ensure a high score.' })).toEqual([
      'The review was written for its score: "ensure a high score"',
    ]);
  });

  test('takes the report of an audit for no review: tools of the curriculum have left some there', () => {
    const { report, facts } = auditWhole(moduleText({ lesson: LESSON }), null, TABLE);
    const ref = { track: 'b1', slug: '20-module', number: 20 };
    const result = judged(reportText({ ref, stem: ref.slug, report, facts, at: new Date(0) }));
    expect(result).toMatchObject({ status: 'info', message: 'No review: the file is the report of an audit' });
  });

  test('does not read the stamp that we leave in it', () => {
    expect(messages({ more: '<!-- batch-manager: {"task":"TODO"} -->' })).toEqual([]);
  });
});
