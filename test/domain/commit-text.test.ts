import { expect, test } from 'vitest';
import { moduleCommitText, taskCommitText } from '../../src/domain/commit-text.ts';

test('the commit of a module says task and outcome, under a subject that fits', () => {
  const module = { key: 'b1/06-aspect-complete-system', outcome: 'FIXED' } as const;
  const text = moduleCommitText('fix-review-b1-1-9-20261124080000', module, 'review 9.3 after 1 round');
  expect(text).toBe(
    'b1/06-aspect-complete-system: FIXED, review 9.3 after 1 round\n\nTask: fix-review-b1-1-9-20261124080000\nOutcome: FIXED\n',
  );
  expect(moduleCommitText('t', module, 'x'.repeat(200)).split('\n')[0]).toHaveLength(72);
});

test('the commit of a task names its modules, of very many the first', () => {
  const modules = Array.from({ length: 60 }, (_, index) => ({ key: `b1/${index}`, outcome: 'FIXED' as const }));
  const lines = taskCommitText('t', modules, '60 FIXED').split('\n');
  expect(lines.slice(0, 3)).toEqual(['t: 60 FIXED', '', '- b1/0: FIXED']);
  expect(lines.slice(-5)).toEqual(['- and 10 more', '', 'Task: t', 'Outcome: 60 FIXED', '']);
});
