import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { AuditOptions } from '../../src/audit/audit.ts';
import { gateOf, moduleText, TABLE } from './texts.ts';

const NONE_NEEDED: AuditOptions = { ...TABLE, overrides: { b1: { 'activities-min': 0 } } };

const gate = (name: string, activities: unknown, options: AuditOptions = TABLE): ReturnType<typeof gateOf> =>
  gateOf(name, moduleText({ activities: dump(activities) }), options);

const messages = (activity: object): readonly string[] =>
  gate('schema', [activity], NONE_NEEDED).findings.map(({ message }) => message);

const choice = (text: string, correct = false): object => ({ text, correct });
const FOUR = [choice('так', true), choice('ні'), choice('може'), choice('ніколи')];
const repeat = <T>(item: T, times: number): T[] => Array.from({ length: times }, () => structuredClone(item));

const QUIZ = { type: 'quiz', title: 'Тест', items: repeat({ question: 'Що?', options: FOUR }, 8) };
const READING = { type: 'reading', title: 'Текст', text: 'Слово.', tasks: ['Прочитайте.'] };

describe('the activities gate', () => {
  test('counts against the minimum', () => {
    expect(gate('activities', repeat(QUIZ, 8))).toMatchObject({ status: 'pass', message: '8/8', findings: [] });
    const few = gate('activities', repeat(QUIZ, 6));
    expect(few).toMatchObject({ status: 'fail', message: '6/8' });
    expect(few.findings[0]).toMatchObject({ severity: 'error', file: 'activities' });
    expect(few.findings[0]?.hint).toContain('at least 2 activities');
  });

  test('only notes more than the level has', () => {
    const many = gate('activities', repeat(QUIZ, 13));
    expect(many).toMatchObject({ status: 'pass', message: '13/8' });
    expect(many.findings).toMatchObject([{ severity: 'warning' }]);
  });

  test('fails without a file', () => {
    expect(gateOf('activities', moduleText({}))).toMatchObject({ status: 'fail', message: '0/8' });
  });

  test('counts no entry that is no mapping, and tells of it', () => {
    const result = gate('activities', [QUIZ, 'quiz', null, [QUIZ]]);
    expect(result.message).toBe('1/8');
    expect(result.findings.map(({ message }) => message)).toContain("3 of the list's entries are no activities");
  });
});

describe('a slip of shape is a warning that names activity and entries:', () => {
  test('a quiz item with the wrong number of options', () => {
    const items = [QUIZ.items[0], { question: 'Що?', options: FOUR.slice(0, 3) }];
    expect(messages({ ...QUIZ, items })).toEqual(['activity 1 (quiz «Тест»), entry 2: 3 options, wanted 4']);
  });

  test('the same one of many entries is told once', () => {
    const items = repeat({ question: 'Що?', options: [...FOUR.slice(1), choice('?')] }, 20);
    expect(messages({ ...QUIZ, items })).toEqual([
      'activity 1 (quiz «Тест»), entries 1, 2, 3, 4, 5, 6, 7, 8 and 12 more: 0 correct options, wanted 1',
    ]);
  });

  test('a translation that asks with question', () => {
    const items = [{ question: 'Cat', options: FOUR }];
    expect(messages({ type: 'translate', title: 'П', items })).toEqual([
      "activity 1 (translate «П»), entry 1: 'source' is missing",
      "activity 1 (translate «П»), entry 1: unknown key 'question'",
    ]);
  });

  test.each<[string, object, string]>([
    ['an unknown type', { type: 'crossword', title: 'К' }, "unknown type 'crossword'"],
    ['no type', { title: 'К' }, "'type' is missing"],
    ['a type that every object has', { type: 'constructor', title: 'К' }, "unknown type 'constructor'"],
    ['no title', { ...READING, title: ' ' }, "'title' is missing"],
    ['an unknown key', { ...READING, points: 3 }, "unknown key 'points'"],
    ['a reading without text or resource', { ...READING, text: '' }, "'text' or 'resource' is missing"],
    ['no items', { type: 'quiz', title: 'Т' }, "'items' is missing"],
    ['items that are no list', { type: 'quiz', title: 'Т', items: 'так' }, "'items' is not a list"],
    ['an item that is no mapping', { type: 'quiz', title: 'Т', items: ['так'] }, 'is not a mapping'],
    ['one group', { type: 'group-sort', title: 'Г', groups: [{ name: 'а', items: ['б'] }] }, '1 of 2 groups'],
    ['a passage without blanks', { type: 'cloze', title: 'К', passage: 'Слово.' }, 'the passage has no blanks'],
    [
      'a sentence without its blank',
      { type: 'fill-in', title: 'В', items: [{ sentence: 'Я є.', answer: 'а', options: ['а', 'б', 'в', 'г'] }] },
      'the sentence has no blank',
    ],
    [
      'an answer that is not among the options',
      { type: 'fill-in', title: 'В', items: [{ sentence: 'Я ___.', answer: 'є', options: ['а', 'б', 'в', 'г'] }] },
      'the answer is not among the options',
    ],
    [
      'a truth in quotes',
      { type: 'true-false', title: 'П', items: [{ statement: 'Так.', correct: 'true' }] },
      "'correct' is not true or false",
    ],
    [
      'two words to put in order',
      { type: 'unjumble', title: 'Р', items: [{ words: ['я', 'є'], answer: 'Я є' }] },
      "'words' is not a list of three words or more",
    ],
    [
      'a numbered blank without options',
      { type: 'cloze', title: 'К', passage: 'Я {1}.', blanks: [{ id: 1, answer: 'є' }] },
      "entry 1: 'options' is missing",
    ],
    [
      'a numbered blank whose answer is not among its options',
      { type: 'cloze', title: 'К', passage: 'Я {1}.', blanks: [{ id: 1, answer: 'є', options: ['а', 'б', 'в'] }] },
      'the answer is not among the options',
    ],
    [
      'a text without marks',
      { type: 'mark-the-words', title: 'М', instruction: 'І', text: 'Слово.' },
      'no word of the text is marked',
    ],
    [
      'a resource without its address',
      { type: 'reading', title: 'Т', resource: { title: 'Книга' }, tasks: ['Прочитайте.'] },
      "the resource has no 'url'",
    ],
    ['tasks that are no list', { ...READING, tasks: 'Прочитайте.' }, "'tasks' is not a list"],
    [
      'one thing to compare',
      { type: 'comparative-study', title: 'П', items_to_compare: ['а'], criteria: ['б'], model_answer: 'в' },
      '1 of 2 items_to_compare',
    ],
    [
      'questions that are no list',
      { type: 'critical-analysis', title: 'А', target_text: 'а', questions: 'Чому?', model_answers: ['бо'] },
      "'questions' is not a list",
    ],
    [
      'an intent without its excerpt',
      { type: 'authorial-intent', title: 'А', prompt: 'Чому?', model_answer: 'бо' },
      "'text_excerpt' is missing",
    ],
    [
      'marked words without a text',
      { type: 'mark-the-words', title: 'М', instruction: 'І' },
      "'text' or 'passage' with",
    ],
  ])('%s', (_, activity, problem) => {
    const found = messages(activity);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  test.each<[string, object]>([
    ['a quiz', { ...QUIZ, id: 'q', instruction: 'І' }],
    ['a false statement', { type: 'true-false', title: 'П', items: [{ statement: 'Ні.', correct: false }] }],
    [
      'numbered blanks',
      { type: 'cloze', title: 'К', passage: 'Я {1}.', blanks: [{ id: 1, answer: 'є', options: ['є', 'а', 'б'] }] },
    ],
    ['blanks in the passage', { type: 'cloze', title: 'К', passage: 'Я {є|був}.' }],
    [
      'two things to compare',
      { type: 'comparative-study', title: 'П', items_to_compare: ['а', 'б'], criteria: ['в'], model_answer: 'г' },
    ],
    ['a resource', { type: 'reading', title: 'Т', resource: { url: 'https://example.org' }, tasks: ['Читайте.'] }],
    [
      'words listed beside a passage',
      { type: 'mark-the-words', title: 'М', instruction: 'І', passage: 'а', correct_words: ['а'] },
    ],
    ['a type of the tracks on old texts', { type: 'grammar-lab', title: 'Г', focus: 'двоїна', anything: 1 }],
  ])('none in %s', (_, activity) => {
    expect(messages(activity)).toEqual([]);
  });

  test('all of them are few in number, and the rest is told', () => {
    const { findings } = gate('schema', repeat({ type: 'x' }, 200));
    expect(findings.length).toBeLessThanOrEqual(30);
    expect(findings.at(-1)?.message).toMatch(/^\d+ more activities were not looked into$/);
  });
});

describe('the density gate', () => {
  test('passes with the level’s density', () => {
    expect(gate('density', [QUIZ])).toMatchObject({ status: 'pass', message: 'All > 12' });
  });

  test('fails without activities, unless none are needed', () => {
    expect(gate('density', [])).toMatchObject({ status: 'fail', message: '0 < 12' });
    expect(gate('density', [], NONE_NEEDED).status).toBe('pass');
  });

  test('names each activity that is low and how many items to add', () => {
    const low = { ...QUIZ, items: QUIZ.items.slice(0, 5) };
    const result = gate('density', [QUIZ, low, low]);
    expect(result).toMatchObject({ status: 'fail', message: '5 < 8 (2 activities low)' });
    expect(result.findings.map(({ message }) => message)).toEqual([
      'activity 2 (quiz «Тест»): 5 of 8 items',
      'activity 3 (quiz «Тест»): 5 of 8 items',
    ]);
    expect(result.findings[0]?.hint).toContain('at least 3 items');
  });

  test.each<[string, number]>([
    ['quiz', 8],
    ['match-up', 8],
    ['fill-in', 8],
    ['true-false', 8],
    ['anagram', 8],
    ['select', 6],
    ['translate', 6],
    ['unjumble', 6],
    ['error-correction', 6],
    ['mark-the-words', 6],
    ['group-sort', 12],
    ['cloze', 12],
    ['essay-response', 1],
    ['comparative-study', 1],
  ])('asks a %s for %i items, and one fewer is low', (type, items) => {
    const lists: Record<string, (count: number) => object> = {
      'match-up': (count) => ({ pairs: repeat({ left: 'а', right: 'б' }, count) }),
      'group-sort': (count) => ({ groups: [{ name: 'а', items: repeat('б', count) }] }),
      cloze: (count) => ({ passage: '{а|б} '.repeat(count) }),
      'mark-the-words': (count) => ({ text: '*а* '.repeat(count) }),
    };
    const withItems = (count: number): object => ({
      type,
      ...(lists[type]?.(count) ?? { items: repeat({ a: 'б' }, count) }),
    });
    expect(gate('density', [withItems(items)]).status).toBe('pass');
    expect(gate('density', [withItems(items - 1)])).toMatchObject({
      status: 'fail',
      message: `${items - 1} < ${items}`,
    });
  });

  const groups = [
    { name: 'а', items: ['1', '2', '3'] },
    { name: 'б', items: ['4', '5'] },
  ];
  test.each<[string, object, number]>([
    ['items', { type: 'select', items: ['1', '2'] }, 2],
    ['pairs', { type: 'match-up', pairs: ['1', '2', '3'] }, 3],
    ['members of all groups', { type: 'group-sort', groups }, 5],
    ['blanks in the passage', { type: 'cloze', passage: '{а|б} і {в|г}' }, 2],
    ['listed blanks', { type: 'cloze', passage: '{1} і {2}', blanks: [{ id: 1 }, { id: 2 }, { id: 3 }] }, 3],
    ['numbered blanks without a list', { type: 'cloze', passage: '{1} і {2}' }, 2],
    ['marked words', { type: 'mark-the-words', text: '*один* два *три чотири* * п' }, 2],
    ['listed words', { type: 'mark-the-words', passage: 'а б', correct_words: ['а', 'б', 'в'] }, 3],
    ['an empty list', { type: 'quiz', items: [] }, 0],
    ['nothing listed', { type: 'quiz' }, 1],
  ])('counts %s', (_, activity, items) => {
    expect(gate('density', [activity]).message).toMatch(new RegExp(`^${items} < `));
  });

  test('asks one item of an essay and counts the tasks of a reading', () => {
    const essay = { type: 'essay-response', title: 'Е', prompt: 'Напишіть.', model_answer: 'Так.' };
    expect(gate('density', [essay, READING]).status).toBe('pass');
    expect(gate('density', [{ ...READING, tasks: [] }]).message).toBe('0 < 1');
  });
});

describe('the unique-types gate', () => {
  const ofTypes = (...types: string[]): object[] => types.map((type) => ({ type }));

  test('counts each type once', () => {
    expect(gate('unique-types', ofTypes('quiz', 'quiz', 'cloze'))).toMatchObject({
      status: 'fail',
      message: '2/4 types',
    });
    expect(gate('unique-types', ofTypes('quiz', 'cloze', 'select', 'reading'))).toMatchObject({ status: 'pass' });
  });

  test('tells types that are not used yet', () => {
    const { findings } = gate('unique-types', ofTypes('cloze'));
    expect(findings[0]?.hint).toContain('at least 3 more types, for instance error-correction, fill-in, unjumble.');
  });

  test('counts a section that reads like an activity', () => {
    const lesson = '# Quiz about verbs\n## Practice Reading Grammar\n## True False round\n### Cloze\n## Selected';
    const text = moduleText({ lesson, activities: dump(ofTypes('quiz')) });
    expect(gateOf('unique-types', text).message).toBe('3/4 types');
  });
});
