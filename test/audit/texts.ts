import { dump } from 'js-yaml';
import type { AuditOptions } from '../../src/audit/audit.ts';
import { auditModule, auditWhole } from '../../src/audit/audit.ts';
import type { GateResult } from '../../src/domain/audit.ts';
import type { FileKind, ModuleRef, ModuleText } from '../../src/domain/module.ts';

export const TABLE: AuditOptions = { overrides: {}, wordTarget: 'table' };

/** A module of the given files; the others are absent. */
export function moduleText(files: Partial<Record<FileKind, string>>, ref: Partial<ModuleRef> = {}): ModuleText {
  const absent = { lesson: null, meta: null, activities: null, vocabulary: null, plan: null };
  return { ref: { track: 'b1', slug: '20-module', number: 20, ...ref }, files: { ...absent, ...files } };
}

/** What one gate says of a module. */
export function gateOf(name: string, text: ModuleText, options: AuditOptions = TABLE): GateResult {
  const result = auditModule(text, options).gates.find((gate) => gate.gate === name);
  if (result === undefined) throw new Error(`there is no gate ${name}`);
  return result;
}

/** What one gate of the whole audit says of a module and its review. */
export function wholeGateOf(
  name: string,
  text: ModuleText,
  review: string | null = null,
  options: AuditOptions = TABLE,
): GateResult {
  const result = auditWhole(text, review, options).report.gates.find((gate) => gate.gate === name);
  if (result === undefined) throw new Error(`there is no gate ${name}`);
  return result;
}

/** So many words. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `слово${index}`).join(' ');
}

/** A module of b1/20 in which every gate finds what it wants. */
export function goodModule(): ModuleText {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const statements = numbers(8).map((number) => ({ statement: `Твердження ${number}.`, correct: true }));
  const sentences = numbers(6).map((number) => ({ words: ['я', 'тут', 'є'], answer: `Я тут є ${number}` }));
  const activities = [
    ...numbers(5).map(() => ({ type: 'true-false', title: 'Правда', items: statements })),
    {
      type: 'match-up',
      title: 'Пари',
      pairs: numbers(8).map((number) => ({ left: `а${number}`, right: `б${number}` })),
    },
    { type: 'cloze', title: 'Текст', passage: '{слово|літера} '.repeat(12) },
    { type: 'unjumble', title: 'Речення', items: sentences },
  ];
  return moduleText({
    lesson: goodLesson(),
    meta: dump({ level: 'B1', slug: '20-module', naturalness: { score: 9, status: 'PASS' } }),
    activities: dump(activities),
    vocabulary: dump({ items: numbers(25).map((number) => ({ lemma: `слово ${number}`, translation: 'word' })) }),
    plan: dump({
      level: 'B1',
      content_outline: [{ section: 'Розмови', words: 40 }, { section: 'Культура та побут' }, { section: 'Підсумок' }],
      activity_hints: [{ type: 'cloze' }, { type: 'match-up' }],
    }),
  });
}

function goodLesson(): string {
  const dialogue = (name: string): string => `### ${name}\n\n**Оля:** Як справи?\n\n**Ігор:** Добре, дякую.\n\n`;
  const callout = (text: string): string => `> 💡 **Чи знали ви?**\n>\n> ${text}\n\n`;
  const example = (number: number): string => `- Приклад: _вона читає книгу номер ${number}_.\n`;
  return [
    '# Назва уроку\n\n',
    `Перше речення. ${words(1400)}\n\n`,
    '## Розмови: щодня\n\n',
    ...['Вранці', 'На роботі', 'У магазині', 'Увечері'].map(dialogue),
    '## Культура й побут\n\n',
    ...['Народна традиція.', 'Наше свято.', 'Прислів’я про працю.', 'У кафе.', 'На вокзалі.'].map(callout),
    ...Array.from({ length: 24 }, (_, index) => example(index)),
    '\nЧому так? Хто знає?\n\n',
    '# Підсумок\n\nТепер ви це знаєте.\n',
  ].join('');
}
