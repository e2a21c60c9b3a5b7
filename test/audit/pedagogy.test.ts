import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { gateOf, moduleText } from './texts.ts';

const told = (activity: object, lesson = '', vocabulary = ''): readonly string[] =>
  gateOf('pedagogy', moduleText({ lesson, vocabulary, activities: dump([activity]) })).findings.map(
    ({ message }) => message,
  );

const fillIn = (...answers: readonly string[]): object => ({
  type: 'fill-in',
  title: 'П',
  items: answers.map((answer, index) => ({ sentence: `Речення ${index} ___.`, answer, options: [answer, '-'] })),
});

describe('the pedagogy gate', () => {
  test('passes without activities', () => {
    expect(gateOf('pedagogy', moduleText({}))).toMatchObject({ status: 'pass', message: 'Level-appropriate' });
  });

  test('finds an activity that asks for words which the lesson never names', () => {
    const asked = fillIn('молоко', 'хліб', 'цукор', 'читати');
    expect(told(asked, 'Я читаю книгу.')).toEqual([
      'activity 1 (fill-in «П»): 3 of 4 answers are words that the lesson never names: «молоко», «хліб», «цукор»',
    ]);
  });

  test('knows words by their beginning, from lesson and vocabulary', () => {
    const asked = fillIn('молока', 'хлібом', 'цукру', 'читатиму');
    expect(told(asked, 'Купи молоко і хліб.', 'items:\n- lemma: цукор\n')).toEqual([]);
  });

  test('asks no proof for half of the answers, for short words, and for few answers', () => {
    expect(told(fillIn('молоко', 'хліб', 'читати', 'читаю'), 'читаємо')).toEqual([]);
    expect(told(fillIn('у', 'на', 'до', 'зі'))).toEqual([]);
    expect(told(fillIn('молоко', 'хліб', 'цукор'))).toEqual([]);
  });

  test('reads the answers of a cloze in both of its forms', () => {
    const inside = { type: 'cloze', title: 'К', passage: '{молоко|а} {хліб|а} {цукор|а} {сіль|а}' };
    const listed = {
      type: 'cloze',
      title: 'К',
      passage: '{1}',
      blanks: ['молоко', 'хліб', 'цукор', 'сіль'].map((answer, id) => ({ id, answer })),
    };
    expect(told(inside)).toHaveLength(1);
    expect(told(listed)).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    [
      'a question asked twice',
      { type: 'true-false', title: 'П', items: [{ statement: 'Так.' }, { statement: ' так. ' }] },
      '«так.» is asked twice',
    ],
    [
      'the same option twice',
      {
        type: 'quiz',
        title: 'П',
        items: [{ question: 'Що?', options: [{ text: 'а' }, { text: 'б' }, { text: 'а' }] }],
      },
      'the option «а» stands twice',
    ],
    [
      'a mistake that is not in its sentence',
      { type: 'error-correction', title: 'П', items: [{ sentence: 'Я йду.', error: 'їду', answer: 'йду' }] },
      'the mistake «їду» is not in its sentence',
    ],
    [
      'a mistake that is its own correction',
      { type: 'error-correction', title: 'П', items: [{ sentence: 'Я йду.', error: 'йду', answer: 'йду' }] },
      'the mistake «йду» is its own correction',
    ],
  ])('finds %s', (_, activity, problem) => {
    const found = told(activity);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  test('lets a sentence stand twice with another answer', () => {
    const items = [
      { sentence: 'Я ___.', answer: 'йду' },
      { sentence: 'Я ___.', answer: 'їду' },
    ];
    expect(told({ type: 'fill-in', title: 'П', items })).toEqual([]);
  });

  test('tells the line of the activity', () => {
    const activities = `# список\n${dump([
      { type: 'reading', title: 'Ч' },
      { type: 'true-false', title: 'П', items: [{ statement: 'а' }, { statement: 'а' }] },
    ])}`;
    const [finding] = gateOf('pedagogy', moduleText({ activities })).findings;
    expect(finding).toMatchObject({ file: 'activities', line: 4 });
  });
});
