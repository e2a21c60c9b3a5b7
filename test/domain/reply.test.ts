import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkResearch,
  extractReview,
  isPlainlyUseless,
  parseFixReply,
  parseResearchReply,
  RESEARCH_PARTS,
} from '../../src/domain/reply.ts';
import { parseReview } from '../../src/domain/review-text.ts';
import { DIMENSIONS } from '../../src/domain/review.ts';
import { reviewText } from '../../src/model/review-object.ts';
import { reviewObject } from '../helpers/review-object.ts';
import { readSample, samplesAbsent, SKIP_REASON } from './real-samples.ts';

const reply = (...lines: string[]): string => lines.join('\n');

test('blocks are cut byte for byte, chatter around them is ignored', () => {
  const parsed = parseFixReply(
    reply(
      'Sure! Here are ===CONTENT_START=== and ===CONTENT_END=== as you asked.',
      '===CONTENT_START===',
      '# Вид  ',
      '',
      'text\t',
      '',
      '===CONTENT_END===',
      'and',
      '===VOCABULARY_START===',
      'items: []',
      '===VOCABULARY_END===',
      '===CHANGES_START===',
      'Fixed the title.',
      '===CHANGES_END===',
      'Bye.',
    ),
  );
  expect(parsed).toEqual({
    ok: true,
    blocks: { lesson: '# Вид  \n\ntext\t\n', vocabulary: 'items: []' },
    changes: 'Fixed the title.',
  });
});

test('whatever stands in a block comes out as it went in', () => {
  const body = fc.array(fc.string(), { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(body, body, (content, around) => {
      fc.pre(!/^===[A-Z]+_(START|END)===\s*$/m.test(`${content}\n${around}`) && !/```|\r/.test(content));
      const text = `${around}\n===META_START===\n${content}\n===META_END===\n${around}`;
      expect(parseFixReply(text)).toEqual({ ok: true, blocks: { meta: content }, changes: null });
    }),
  );
});

test.each([
  ['a block that is not closed', reply('===CONTENT_START===', '# A'), 'CONTENT is not closed'],
  [
    'a block inside of another',
    reply('===CONTENT_START===', '===META_START===', '===META_END===', '===CONTENT_END==='),
    'inside of the block CONTENT',
  ],
  [
    'a block twice',
    reply('===META_START===', 'a', '===META_END===', '===META_START===', 'a', '===META_END==='),
    'META is there twice',
  ],
  ['an end without a start', reply('text', '===META_END==='), 'without its ===META_START==='],
  ['an end of another block', reply('===META_START===', '===CONTENT_END==='), 'inside of the block META'],
  ['no block', 'I am done.', 'no block between whole-line delimiters'],
  ['delimiters within sentences', 'Use ===CONTENT_START=== and ===CONTENT_END===.', 'no block between'],
  ['an indented delimiter', reply('  ===META_START===', 'a', '  ===META_END==='), 'no block between'],
])('a fix reply with %s is refused', (_, text, reason) => {
  const parsed = parseFixReply(text);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? '' : parsed.reason).toContain(reason);
});

test('a reply with changes alone is read and replaces nothing', () => {
  const parsed = parseFixReply(reply('===CHANGES_START===', 'Nothing to fix.', '===CHANGES_END==='));
  expect(parsed).toEqual({ ok: true, blocks: {}, changes: 'Nothing to fix.' });
});

test('line ends with carriage returns are read as line ends, and the last one before END is not content', () => {
  const parsed = parseFixReply('===META_START===\r\na: 1\r\nb: 2\r\n===META_END=== \r\n');
  expect(parsed).toMatchObject({ ok: true, blocks: { meta: 'a: 1\nb: 2' } });
});

test.each([
  '**===META_START===**',
  '`===META_START===`',
  '===meta_start===',
  '=== META_START ===',
  '====META START====',
  '### ===META_START===',
  '\u00a0===META_START===\u00a0\t',
  '\u200b===META_START===:',
])('the delimiter %j counts as models dress it', (start) => {
  const text = reply(start, 'a: 1', start.replace(/start/i, 'END'));
  expect(parseFixReply(text)).toMatchObject({ ok: true, blocks: { meta: 'a: 1' } });
});

test('an empty block is an empty text', () => {
  expect(parseFixReply('===META_START===\n===META_END===')).toMatchObject({ ok: true, blocks: { meta: '' } });
});

const block = (...lines: string[]): string | undefined => {
  const parsed = parseFixReply(reply('===CONTENT_START===', ...lines, '===CONTENT_END==='));
  return parsed.ok ? parsed.blocks.lesson : undefined;
};

test('a code fence that wraps a whole block is dropped, with code inside of it or not', () => {
  expect(block('```markdown', '# A', 'b', '```')).toBe('# A\nb');
  expect(block('```', '# A', '```yaml', 'a: 1', '```', 'b', '```')).toBe('# A\n```yaml\na: 1\n```\nb');
});

test('code fences that do not wrap the block stay', () => {
  for (const lines of [
    ['```', 'a', '```', 'text', '```', 'b', '```'],
    ['# A', '```', 'a', '```'],
    ['```js', 'a', '```', 'text'],
    ['```'],
  ]) {
    expect(block(...lines)).toBe(lines.join('\n'));
  }
});

test('reading never throws, whatever the reply', () => {
  const part = fc.constantFrom(
    '===CONTENT_START===',
    '===CONTENT_END===',
    '===REVIEW_START===',
    '===REVIEW_END===',
    '```',
    'x',
    '',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string())), (lines) => {
      const text = lines.join('\n');
      extractReview(text);
      expect(typeof parseFixReply(text).ok).toBe('boolean');
      expect(Array.isArray(checkResearch(parseResearchReply(text), 'stop'))).toBe(true);
    }),
  );
});

test('a review is cut from its delimiters, or is the whole reply where that has a review header', () => {
  expect(extractReview(reply('Let me look.', '===REVIEW_START===', '# R', '===REVIEW_END==='))).toBe('# R');
  const bare = '# R\n\n**Overall Score:** 8/10';
  expect(extractReview(`\n${bare}\n`)).toBe(bare);
});

test('a reply with no review, or with one that is cut off, gives null', () => {
  expect(extractReview('The overall score will follow.')).toBeNull();
  expect(extractReview(reply('===REVIEW_START===', '**Overall Score:** 9/10'))).toBeNull();
});

test('real replies: chatter before a review, a bare review, and a reply with no block', ({ skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const read = (name: string): string => readSample(`a1/orchestration/numbers-and-money/${name}`) ?? '';
  expect(extractReview(read('phase-5-output.md'))).toMatch(/^# Рецензія: Numbers & Money/);
  expect(extractReview(read('phase-5-response.md'))).toMatch(/^# Рецензія: Numbers & Money/);
  expect(read('fix-debug-v2.txt')).toContain('===CONTENT_START=== and ===CONTENT_END===');
  expect(extractReview(read('fix-debug-v2.txt'))).toBeNull();
  expect(parseFixReply(read('fix-debug-v2.txt'))).toMatchObject({ ok: false });
});

const research = `# Research\n\n${RESEARCH_PARTS.map((part) => `## ${part} (нотатки)\n\n${'Текст про це.'.repeat(8)}\n`).join('\n')}`;

test('a research reply is cut from its delimiters, and one without them holds none', () => {
  expect(parseResearchReply(`Ok.\n===RESEARCH_START===\n${research}===RESEARCH_END===\n`)).toBe(research);
  expect(parseResearchReply(`Sure, here it is:\n\n${research}\n\n`)).toBe('');
  expect(parseResearchReply('===RESEARCH_START===\n# Cut')).toBe('');
  expect(parseResearchReply('I could not find anything.')).toBe('');
});

test('what stands around a research file within its delimiters is dropped', () => {
  for (const inner of [
    `Here it is:\n\n${research}`,
    `\`\`\`markdown\n${research}\`\`\``,
    `Here it is:\n\n\`\`\`md\n${research}\`\`\`\n\nLet me know if I should expand any part!`,
  ])
    expect(parseResearchReply(`===RESEARCH_START===\n${inner}\n===RESEARCH_END===`)).toBe(research);
});

test('research passes its guards with all five parts, and says what is wrong otherwise', () => {
  expect(checkResearch(research, 'stop')).toEqual([]);
  expect(checkResearch(research, 'length')).toEqual(['the reply was cut at the length limit']);
  expect(checkResearch(research, 'content-filter')).toEqual(['the provider blocked the reply']);
  expect(checkResearch('', 'stop')).toEqual(['there is no research between its delimiters in the reply']);
  expect(checkResearch(research.replace('## Хронологія', '## Інше'), 'stop').join()).toContain(
    'missing or empty: Хронологія',
  );
  expect(checkResearch(research.normalize('NFD'), 'stop')).toEqual([]);
  expect(checkResearch(`${research}\u001b]52;c;eA==\u0007\n`, 'stop').join()).toContain('U+001B in line');
  expect(checkResearch(`${research}\n[решта без змін]\n`, 'stop').join()).toContain('placeholder');
  const short = RESEARCH_PARTS.map((part) => `## ${part}\na\n`).join('');
  expect(checkResearch(short, 'stop').join()).toMatch(/has \d+ bytes, more than 500/);
});

test('a part whose heading has nothing under it is missing', () => {
  const empty = research.replace(/(## Хронологія[^\n]*\n)[^#]*/, '$1\n');
  expect(checkResearch(empty, 'stop')).toEqual(['these parts are missing or empty: Хронологія']);
});

test('the real research file passes the guards', ({ skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  expect(checkResearch(readSample('b2-hist/research/oleh-ihor-research.md') ?? '', 'stop')).toEqual([]);
});

const FIX = reply('===CONTENT_START===', '# Урок', '', 'Текст.', '===CONTENT_END===');
const SCORES = DIMENSIONS.map(({ name }, index) => `| ${index + 1} | ${name} | 9.5/10 |`).join('\n');
const REVIEW = `# Review\n\n**Overall Score:** 9.4/10\n**Status:** PASS\n\n| # | Dimension | Score |\n| - | - | - |\n${SCORES}`;
const DRAFT = reply(
  'The form is',
  '===CONTENT_START===',
  '# ...',
  '===CONTENT_END===',
  '{"a": 1}',
  'Overall Score: 1/10',
);

/** What models and their servers put around an answer. */
const DRESSED: Readonly<Record<string, (answer: string) => string>> = {
  'a byte order mark': (answer) => `\uFEFF${answer}`,
  'unseen characters and blank lines': (answer) => `\u200b\n\u00a0\n\u2060${answer}`,
  'line ends with carriage returns': (answer) => answer.replaceAll('\n', '\r\n'),
  'a code fence': (answer) => `\`\`\`markdown\n${answer}\n\`\`\``,
  'a fence of tildes with chatter': (answer) => `Here it is:\n\n~~~\n${answer}\n~~~\n\nLet me know!`,
  'thoughts with a draft': (answer) => `<think>\n${DRAFT}\nNow I write it.\n</think>\n\n${answer}`,
  'thoughts on the line of the answer': (answer) => `<think>Let me see.</think>${answer}`,
  'empty thoughts': (answer) => `<think>\n\n</think>\n\n${answer}`,
  'thoughts without their opening tag': (answer) => `${DRAFT}\n</think>\n\n${answer}`,
  'thoughts whose draft is cut': (answer) => `===CONTENT_START===\n# ...\n{"a"\n</think>\n${answer}`,
  'thoughts by another name': (answer) => `<Reasoning effort="high">\n${DRAFT}\n</Reasoning>\n${answer}`,
  'thoughts behind a byte order mark': (answer) => `\uFEFF<thinking>\n${DRAFT}\n</thinking>\n\uFEFF${answer}`,
  'thoughts twice': (answer) => `<think>${DRAFT}</think>\n[THINK]\n${DRAFT}\n[/THINK]\n${answer}`,
  'thoughts in a fence': (answer) => `\`\`\`\n<think>\n${DRAFT}\n</think>\n\`\`\`\n${answer}`,
};

describe.each(Object.entries(DRESSED))('with %s', (_, dress) => {
  test('a fix, a review as a text and as an object, and research are read as without', () => {
    const object = reviewObject({ score: 9.4, verdict: 'PASS' });
    expect(parseFixReply(dress(FIX))).toMatchObject({ ok: true, blocks: { lesson: '# Урок\n\nТекст.' } });
    const marked = extractReview(dress(reply('===REVIEW_START===', REVIEW, '===REVIEW_END===')));
    expect(marked).toBe(REVIEW);
    expect(parseReview(extractReview(dress(REVIEW)) ?? '')).toMatchObject({ ok: true, review: { score: 9.4 } });
    expect(reviewText(dress(object))).toBe(reviewText(object));
    expect(parseResearchReply(dress(`===RESEARCH_START===\n${research}===RESEARCH_END===`))).toBe(research);
    expect(isPlainlyUseless({ text: dress(FIX), finishReason: 'stop' })).toBe(false);
  });
});

test.each([
  ['opens in the fence and closes behind the block', '===META_START===\n```yaml\na: 1\n===META_END===\n```'],
  ['opens before the block and closes in it', '```yaml\n===META_START===\na: 1\n```\n===META_END==='],
  ['is one of tildes', '===META_START===\n~~~yaml\na: 1\n~~~\n===META_END==='],
])('a code fence that %s is dropped', (_, text) => {
  expect(parseFixReply(text)).toMatchObject({ ok: true, blocks: { meta: 'a: 1' } });
});

test('thoughts between blocks and thoughts that never end do not take the answer with them', () => {
  const two = reply(FIX, '<think>', DRAFT, '</think>', '===META_START===', 'a: 1', '===META_END===');
  expect(parseFixReply(two)).toMatchObject({ ok: true, blocks: { lesson: '# Урок\n\nТекст.', meta: 'a: 1' } });
  expect(parseFixReply(`<think>\nI write it now.\n${FIX}`)).toMatchObject({ ok: true });
  expect(reviewText(`<think>\nSo:\n${reviewObject({ score: 9, verdict: 'PASS' })}`)).not.toBeNull();
});

test('a reply of nothing but thoughts, marks or blanks, a cut one and a blocked one are plainly of no use', () => {
  for (const text of ['', ' \n', '\uFEFF', '<think>\nHm.\n</think>\n', '<think>\nHm, it', 'Hm.\n</think>\n\n'])
    expect(isPlainlyUseless({ text, finishReason: 'stop' })).toBe(true);
  expect(isPlainlyUseless({ text: FIX, finishReason: 'length' })).toBe(true);
  expect(isPlainlyUseless({ text: FIX, finishReason: 'content-filter' })).toBe(true);
  expect(isPlainlyUseless({ text: FIX, finishReason: 'other' })).toBe(false);
});

test('replies made to be slow are read in linear time', () => {
  const n = 50_000;
  const started = performance.now();
  for (const text of [
    '<think>',
    '</think>',
    '<think ',
    '===',
    '=== ',
    '[/THINK]\n',
    '```\n',
    '\\',
    '\u0000',
    '{',
    '# a\n',
  ]) {
    const long = text.repeat(n);
    for (const whole of [long, `${FIX}\n${long}`, `===CONTENT_START===\n${long}\n===CONTENT_END===`]) {
      parseFixReply(whole);
      extractReview(whole);
      reviewText(whole);
      checkResearch(parseResearchReply(whole), 'stop');
    }
  }
  expect(performance.now() - started).toBeLessThan(60_000);
}, 120_000);
