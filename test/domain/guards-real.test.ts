/** The guards on real modules: whatever quirks they have, a sane fix of them passes, and a lossy one does not. */
import { expect, test } from 'vitest';
import { checkFix } from '../../src/domain/guards.ts';
import { FIXABLE_KINDS, type FixableKind, type ModuleText } from '../../src/domain/module.ts';
import { removedText } from '../../src/domain/removed-text.ts';
import { sectionsOf } from '../../src/domain/sections.ts';
import { readSample, samplesAbsent, SKIP_REASON } from './real-samples.ts';

const MODULES = [
  'b1/02-language-about-verbs',
  'b1/06-aspect-complete-system',
  'b1/07-aspect-past-single-repeated',
  'b1/08-aspect-past-result-process',
  'b1/09-aspect-future',
  'b1/10-aspect-negation',
  'b2-hist/syntez-vytoky-1',
  'b2-hist/oleh-ihor',
];

function moduleOf(key: string): ModuleText {
  const [track = '', slug = ''] = key.split('/');
  const sidecar = (kind: string): string | null => readSample(`${track}/${kind}/${slug}.yaml`);
  const files = {
    lesson: readSample(`${key}.md`),
    meta: sidecar('meta'),
    activities: sidecar('activities'),
    vocabulary: sidecar('vocabulary'),
    plan: readSample(`plans/${track}/${slug}.yaml`),
  };
  return { ref: { track, slug, number: 1 }, files };
}

const check = (base: ModuleText, blocks: Partial<Record<FixableKind, string>>): readonly string[] =>
  checkFix({ base, blocks, yamlError: () => null });

/** The lesson with one of its longer paragraphs changed: one that is not all that its section has. */
function withParagraph(lesson: string, change: (paragraph: string) => string): string {
  const paragraphs = lesson.split('\n\n');
  const isText = (paragraph = ''): boolean => /^[\p{L}*>-]/u.test(paragraph) && paragraph.length > 80;
  const at = paragraphs.findIndex((one, index) => index > 3 && isText(one) && isText(paragraphs[index + 1]));
  return paragraphs.with(at, change(paragraphs[at] ?? '')).join('\n\n');
}

test.for(MODULES)('%s: a fix that edits, drops or adds a paragraph passes', (key, { skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const base = moduleOf(key);
  const { lesson } = base.files;
  if (lesson === null) throw new Error(`no lesson of ${key}`);
  const edits = [
    lesson,
    lesson.normalize('NFD'),
    withParagraph(lesson, (paragraph) => paragraph.replace(/ (?=\p{L})/u, ' справді ')),
    withParagraph(lesson, () => 'Тут стоїть новий абзац, який каже те саме іншими словами.'),
    withParagraph(lesson, () => ''),
    withParagraph(lesson, (paragraph) => `${paragraph}\n\n${paragraph}`),
    lesson.replace(/^## /m, '## 1. '),
  ];
  for (const edited of edits) expect(check(base, { lesson: edited })).toEqual([]);
  for (const kind of FIXABLE_KINDS) {
    const text = base.files[kind];
    if (text !== null) expect(check(base, { [kind]: `${text}\n` })).toEqual([]);
  }
  const same = { ...base, files: { ...base.files, lesson: edits[2] ?? '' } };
  expect(removedText(base, same)).toBeNull();
});

test.for(MODULES)('%s: each section of some length is missed, and so is each activity', (key, { skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const base = moduleOf(key);
  const lesson = base.files.lesson ?? '';
  const sections = sectionsOf(lesson).filter(({ body }) => body.trim().length > 200);
  expect(sections.length).toBeGreaterThan(3);
  for (const { title, body } of sections) {
    const cut = lesson.replace(body, '\n').replace(new RegExp(`^#+ *${escaped(title)} *$`, 'm'), '');
    const reasons = check(base, { lesson: cut }).join('; ');
    expect(`${title}: ${reasons}`).toMatch(/lost the section|: lesson is not about this module|text was left out/);
  }
  const activities = base.files.activities ?? '';
  const entries = activities.split(/^(?=- )/m).filter((entry) => entry.startsWith('- '));
  for (const entry of entries)
    expect(check(base, { activities: activities.replace(entry, '') }).join('; ')).toMatch(
      /activities (?:lost 1 of|has)/,
    );
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
