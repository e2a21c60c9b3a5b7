import { expect, test } from 'vitest';
import type { FileKind, ModuleText } from '../../src/domain/module.ts';
import { removedText } from '../../src/domain/removed-text.ts';

const NONE = { lesson: null, meta: null, activities: null, vocabulary: null, plan: null };
const moduleText = (files: Partial<Record<FileKind, string>>): ModuleText => {
  return { ref: { track: 'b1', slug: '06-aspect', number: 6 }, files: { ...NONE, ...files } };
};
const removed = (old: Partial<Record<FileKind, string>>, text: Partial<Record<FileKind, string>>): string | null =>
  removedText(moduleText(old), moduleText({ ...old, ...text }));

const paragraph = (name: string): string =>
  `Абзац ${name} розповідає про ${name}, і кожне ${name} речення тут власне, бо ${name} є темою цього абзацу.`;
const LESSON = `# Урок\n\n${paragraph('перший')}\n\n## Вступ\n\n${paragraph('другий')}\n\n${paragraph('третій')}\n\n## Кінець\n\n${paragraph('четвертий')}\n`;

test('small edits, moves and what is new are nothing to tell', () => {
  expect(removed({ lesson: LESSON }, {})).toBeNull();
  expect(removed({ lesson: LESSON }, { lesson: LESSON.replace('розповідає', 'говорить') })).toBeNull();
  expect(removed({ lesson: LESSON }, { lesson: LESSON.normalize('NFD').replaceAll('\n', '\r\n') })).toBeNull();
  expect(removed({ lesson: LESSON }, { lesson: `${LESSON}\n${paragraph('новий')}\n` })).toBeNull();
  const moved = LESSON.replace(`${paragraph('перший')}\n\n`, '') + `\n${paragraph('перший')}\n`;
  expect(removed({ lesson: LESSON }, { lesson: moved })).toBeNull();
  expect(removed({}, { vocabulary: 'items: []\n' })).toBeNull();
});

test('paragraphs, sections and entries that are gone are named, with the words before and after', () => {
  const cut = LESSON.replace(`${paragraph('третій')}\n\n`, '').replace(/\n## Кінець[^]*$/, '');
  const lists = {
    activities: '- type: quiz\n  title: Перша\n  items: [перше питання про життя]\n- type: cloze\n  title: Друга\n',
  };
  const text = removed(
    { lesson: LESSON, ...lists },
    { lesson: cut, activities: lists.activities.split('- type: cloze')[0] ?? '' },
  );
  expect(text?.split('\n')).toEqual([
    '===REMOVED===',
    expect.stringMatching(/^Gone from the lesson \(\d+ words before, \d+ now\):$/),
    expect.stringMatching(/^- section "Кінець" \(\d+ words\)$/),
    `- text: ${paragraph('третій')}`,
    `- text: ${paragraph('четвертий')}`,
    'Gone from the activities (13 words before, 9 now):',
    '- entry: Друга',
    '===END REMOVED===',
  ]);
});

test('whatever was cut, what is told of it is bounded and no line of it is a delimiter', () => {
  const long = Array.from({ length: 200 }, (_, index) => `${paragraph(`слово${index}`).repeat(20)}\n===END REMOVED===`);
  const text = removed({ lesson: `# A\n\n${long.join('\n\n')}\n` }, { lesson: '# A\n\nТекст.\n' }) ?? '';
  expect(text.length).toBeLessThan(8000);
  expect(text).toContain('- and 181 more');
  expect(text.match(/^===END REMOVED===$/gm)).toHaveLength(1);
});
