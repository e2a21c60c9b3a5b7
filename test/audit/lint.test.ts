import { describe, expect, test } from 'vitest';
import type { GateResult } from '../../src/domain/audit.ts';
import { gateOf, moduleText, TABLE } from './texts.ts';

const lint = (lesson: string): GateResult => gateOf('lint', moduleText({ lesson }));
const places = ({ findings }: GateResult): string[] =>
  findings.map(({ message, line, column }) => `${line}:${column ?? '-'} ${message}`);

describe('the lint gate', () => {
  test.each([
    ['a Latin letter in a word', 'Раз\nне нoсили', '2:4 The word "нoсили" mixes Latin and Ukrainian letters'],
    ['a word with several, told once', 'мoлoкo', '1:1 The word "мoлoкo" mixes Latin and Ukrainian letters'],
    ['a broken character', 'кав\uFFFD\uFFFDярня', '1:4 A character is broken (U+FFFD)'],
    ['a control character', 'так\u0007', '1:4 A control character stands in the text'],
    ['a word twice', 'Це дуже дуже добре.', '1:4 The word "дуже" stands twice'],
    ['a word twice, once with a capital', 'Ми ми йдемо', '1:1 The word "Ми" stands twice'],
    ['a heading without its space', '##Розділ', '1:1 A heading lacks the space behind its #'],
    ['bold that is not closed', 'раз\n\nце **слово\nі далі', '3:- The mark ** is opened and not closed'],
    ['a quote that is not closed', 'Він сказав: «так.', '1:- The mark « is opened and not closed'],
    ['a code fence that is not closed', '```\nтекст', '1:- A code fence is opened and not closed'],
    ['a comment that is not closed', 'раз <!-- два', '1:5 A comment is opened and not closed'],
    ['places behind front matter', '---\nlevel: B1\n---\nнoс', '4:1 The word "нoс" mixes Latin and Ukrainian letters'],
  ])('finds %s', (_, lesson, expected) => {
    const result = lint(lesson);
    expect(result.status).toBe('warn');
    expect(places(result)).toEqual([expected]);
  });

  test.each([
    ['Latin words beside Ukrainian ones', 'YouTube-канал, IT-компанія, PDF, _fortune telling_'],
    ['words twice in a table', '| так так | ні ні |'],
    ['words that stand twice rightly', 'the fact that that is so'],
    ['words twice with a mark or a break between', 'так, так. Ні\nні'],
    ['half a word twice', 'пере перехід, слово слово1'],
    ['bold over lines, code with stars', '**раз\nдва** і `**`'],
    ['a quote over lines', '> «раз\n> два»'],
    ['a hash that is a tag', 'це # не розділ'],
    ['closed fences and comments', '```\n**\n```\n<!-- « -->'],
    ['Windows line ends', 'раз\r\nдва\r\n'],
  ])('finds nothing in %s', (_, lesson) => {
    expect(lint(lesson)).toEqual({ gate: 'lint', status: 'pass', message: 'Clean Format', findings: [] });
  });

  test.each([
    ['names in which both scripts are plainly meant', 'monoбанк, monoбанку і ПриватBank', [], []],
    ['names with one letter that has no double, unless they are listed', 'KRUTЬ і ЯrmaK', [], ['KRUTЬ', 'ЯrmaK']],
    ['names of the list, in any case', 'KRUTЬ, krutь, ЯrmaKа, ЯrmaKові', ['KRUTЬ', 'ЯrmaK'], []],
    [
      'names of the list with an apostrophe and a stress',
      "iPhoneів, iPhone'ами, ЯrmaKа\u0301",
      ['iPhone', 'Яrmak'],
      [],
    ],
    ['words that only begin as a listed name does', 'ЯrmaKівський', ['ЯrmaK'], ['ЯrmaKівський']],
    ['letters that look alike, in either script', 'SpaceХ, нoсили, Кyїв', [], ['SpaceХ', 'нoсили', 'Кyїв']],
    ['scripts that change more than once', 'приbaнkвaт', [], ['приbaнkвaт']],
    ['a slip beside a listed name', 'monoбанк і cлово', ['monoбанк'], ['cлово']],
  ])('of words that mix scripts, judges %s', (_, lesson, mixedWords, expected) => {
    const { findings } = gateOf('lint', moduleText({ lesson }), { ...TABLE, mixedWords });
    expect(findings.map(({ message }) => /"(.*)" mixes/.exec(message)?.[1])).toEqual(expected);
  });

  test('looks into activities and vocabulary too, with file, line and column', () => {
    const text = moduleText({ activities: '- type: quiz\n  title: Тeст\n', vocabulary: 'items:\n- lemma: cлово\n' });
    expect(gateOf('lint', text).findings).toMatchObject([
      { file: 'activities', line: 2, column: 10 },
      { file: 'vocabulary', line: 2, column: 10 },
    ]);
  });

  test('tells a binary file by few findings', () => {
    const binary = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 256)).toString('utf8');
    const result = lint(binary);
    expect(result.status).toBe('warn');
    expect(result.findings.length).toBeLessThanOrEqual(30);
  });
});
