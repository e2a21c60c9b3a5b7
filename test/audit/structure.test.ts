import { describe, expect, test } from 'vitest';
import { gateOf, moduleText } from './texts.ts';

const structure = (lesson: string, vocabulary?: string): string =>
  gateOf('structure', moduleText({ lesson, ...(vocabulary === undefined ? {} : { vocabulary }) })).message;

const NO_VOCABULARY = "Missing '## Vocabulary' header OR vocabulary sidecar";
const NO_SUMMARY = "Missing summary section ('# Підсумок')";

describe('the structure gate', () => {
  test.each([
    ['a summary as H1 and a sidecar', '# Назва\n# Підсумок', 'items: []'],
    ['a summary as H2 and a section', '# Назва\n## Підсумок\n## Vocabulary', undefined],
    ['English names, an emoji and a subtitle', '# Title\n## 📝 Summary: what we learnt\n## Словник епохи', undefined],
    ['a summary with a word before it', '# Title\n## Lesson Summary', 'items: []'],
    ['no title: the rule asks for none', '## Розділ\n## Підсумок', 'items: []'],
    ['a summary for its only H1', '## Розділ\n# Підсумок', 'items: []'],
    ['a comment before its title', '<!-- SCOPE\n# no -->\n# Назва\n# Підсумок', 'items: []'],
    ['line ends of Windows', '# Назва\r\n# Підсумок\r\n', 'items: []'],
  ])('passes %s', (_, lesson, vocabulary) => {
    expect(structure(lesson, vocabulary)).toBe('Valid Structure');
  });

  test.each([
    ['no vocabulary', '# Назва\n# Підсумок', undefined, NO_VOCABULARY],
    ['no summary', '# Назва', 'items: []', NO_SUMMARY],
    ['a section whose name only begins like it', '# Назва\n## Підсумкове есе', 'items: []', NO_SUMMARY],
    ['a summary under an H3', '# Назва\n### Підсумок', 'items: []', NO_SUMMARY],
    ['a summary for a part of its title alone', '# A1: a summary of all cases', 'items: []', NO_SUMMARY],
    ['nothing at all', '', undefined, [NO_SUMMARY, NO_VOCABULARY].join(' | ')],
  ])('fails a lesson with %s', (_, lesson, vocabulary, message) => {
    expect(structure(lesson, vocabulary)).toBe(message);
  });

  test.each(['## Розділ\n## Підсумок', '## Розділ\n# Підсумок', '#\n# Підсумок'])(
    'notes that %j has no title',
    (lesson) => {
      const { status, findings } = gateOf('structure', moduleText({ lesson, vocabulary: 'items: []' }));
      expect(status).toBe('pass');
      expect(findings).toMatchObject([{ severity: 'warning', message: 'The lesson has no title' }]);
    },
  );

  test('has a finding with a hint for each thing missing', () => {
    const { findings } = gateOf('structure', moduleText({ lesson: '' }));
    expect(findings).toHaveLength(3);
    for (const finding of findings) expect(finding.hint).toMatch(/\w/);
  });
});
