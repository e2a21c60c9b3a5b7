import { auditReport, type AuditReport, type GateStatus } from '../../src/domain/audit.ts';
import { FILE_KINDS, type FileKind, type FixableKind, type ModuleText } from '../../src/domain/module.ts';
import { createOfflineModel } from '../../src/model/offline/offline.ts';
import type { Ask } from '../../src/model/model.ts';
import { createPrompts } from '../../src/prompts/prompts.ts';

/** A module that no rule finds anything in. */
export const CLEAN: Readonly<Record<FileKind, string>> = {
  lesson: [
    '# Мій дім',
    '',
    '> 💡 **Порада**',
    '>',
    '> Слухайте кожне слово уважно і повторюйте його вголос.',
    '',
    '## Кімнати',
    '',
    'У квартирі є **кухня** (kitchen) і спальня. Кухня велика.',
    '',
    '| слово | переклад |',
    '|---|---|',
    '| стіл | table |',
    '',
    '## Підсумок',
    '',
    'Ви знаєте назви кімнат.',
    '',
    '## Потрібно більше практики?',
    '',
    'Опишіть свою кімнату.',
    '',
  ].join('\n'),
  meta: "module: 04-my-home\nlevel: A1\nslug: 04-my-home\nversion: '1.0'\nnaturalness:\n  score: 9\n  status: PASS\n",
  activities: [
    '# зроблено вручну',
    '- type: quiz',
    '  title: Кімнати',
    '  items:',
    '  - question: Де ми готуємо?',
    '    options:',
    '    - text: на кухні',
    '      correct: true',
    '    - text: у спальні',
    '      correct: false',
    '- type: fill-in',
    '  title: Речення',
    '  items:',
    '  - sentence: Це ___.   # один',
    '    answer: стіл',
    '    options: [стіл, дім, ліжко]',
    '  - sentence: Там ___.',
    '    answer: дім',
    '    options:',
    '    - стіл',
    '    - дім',
    '',
  ].join('\n'),
  vocabulary: [
    'module: 04-my-home',
    'level: A1',
    'items:',
    '- lemma: кухня',
    '  translation: kitchen',
    '  pos: noun',
    '# меблі',
    '- lemma: стіл',
    '  translation: table',
    '  pos: noun',
    '',
  ].join('\n'),
  plan: 'title: Мій дім\nvocabulary_hints:\n  required:\n  - кухня (kitchen)\n  - ліжко (bed)\n',
};

export function moduleText(files: Partial<Record<FileKind, string | null>> = {}): ModuleText {
  const all = FILE_KINDS.map((kind) => [kind, files[kind] === undefined ? CLEAN[kind] : files[kind]] as const);
  return { ref: { track: 'a1', slug: '04-my-home', number: 4 }, files: Object.fromEntries(all) as ModuleText['files'] };
}

/** An audit report of gates by status. */
export function audit(gates: Readonly<Record<string, GateStatus>> = {}): AuditReport {
  return auditReport(
    Object.entries(gates).map(([gate, status]) => ({ gate, status, message: `${gate} measured`, findings: [] })),
  );
}

const prompts = createPrompts({ workspaceRoot: '/nonexistent' });

export interface Question {
  readonly audit?: AuditReport;
  readonly tries?: readonly string[];
}

/** The prompt that the program would send. */
export function promptFor(ask: 'review' | 'fix', text: ModuleText, question: Question = {}): string {
  const report = question.audit ?? audit();
  if (ask === 'review') return prompts.review({ text, audit: report });
  return prompts.fix({ text, audit: report, review: { text: 'A review.' }, tries: question.tries ?? [] });
}

/** Asks the offline model without waiting, with the prompt given. */
export async function askOffline(ask: Ask, prompt: string): Promise<string> {
  const model = createOfflineModel({ BATCH_MANAGER_OFFLINE_LATENCY_MS: '0' });
  const reply = await model.ask({ ask, model: 'rules-1', prompt, signal: new AbortController().signal });
  return reply.text;
}

/** The module with some files in another wording; all that a replacement names must be there. */
export function withSlips(kind: FixableKind, ...replacements: readonly (readonly [string, string])[]): ModuleText {
  const text = replacements.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`the ${kind} has no "${from}"`);
    return current.replace(from, to);
  }, CLEAN[kind]);
  return moduleText({ [kind]: text });
}
