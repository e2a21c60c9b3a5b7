import { RESEARCH_PARTS } from '../../domain/reply.ts';
import { quoteLine } from './check.ts';
import type { OfflineRequest } from './request.ts';
import { asMapping, asSequence, readMapping, type YamlMapping } from './yaml/read.ts';

/** The offline model's research file: the plan put in order under the five headings. It looks nothing up, and says so. */
export function offlineResearch({ view }: OfflineRequest): string {
  const plan = readMapping(view.files.plan);
  const parts: Readonly<Record<(typeof RESEARCH_PARTS)[number], readonly string[]>> = {
    'Основні факти': facts(plan),
    Хронологія: chronology(plan),
    'Первинні джерела': primarySources(plan),
    'Деколонізаційні нотатки': notes(plan),
    'Використані джерела': sources(plan),
  };
  return [
    '===RESEARCH_START===',
    `# Research Notes: ${text(plan['title']) || view.slug}`,
    '',
    `**Track**: ${view.track}`,
    `**Module**: ${view.slug}`,
    '',
    'Written by the offline rule-based model (rules-1) from the plan alone: it looks nothing up. Everything below is what the',
    'plan says; facts, dates and quotations must be added and checked by a person before anyone writes a lesson from them.',
    '',
    ...RESEARCH_PARTS.flatMap((part) => [`## ${part}`, '', ...parts[part], '']),
    '===RESEARCH_END===',
    '',
  ].join('\n');
}

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? quoteLine(String(value)) : '';
const bullets = (values: readonly unknown[]): readonly string[] =>
  values.map(text).flatMap((value) => (value === '' ? [] : [`- ${value}`]));
const orElse = (lines: readonly string[], otherwise: string): readonly string[] =>
  lines.length === 0 ? [otherwise] : lines;

const outline = (plan: YamlMapping): readonly YamlMapping[] => asSequence(plan['content_outline']).map(asMapping);
const points = (plan: YamlMapping): readonly string[] =>
  outline(plan).flatMap((section) => asSequence(section['points']).map(text));

function facts(plan: YamlMapping): readonly string[] {
  const given = [...asSequence(plan['objectives']), ...asSequence(plan['grammar'])];
  const sections = outline(plan).map((section) => [
    text(section['section']),
    asSequence(section['points']).map(text).join('; '),
  ]);
  const lines = sections
    .filter(([name]) => name !== '')
    .map(([name, all]) => `- **${name}**: ${all || 'no points in the plan'}`);
  return orElse([...bullets(given), ...lines], 'The plan names neither objectives nor sections.');
}

function chronology(plan: YamlMapping): readonly string[] {
  const dated = points(plan).filter((point) => /\d{3,4}|століт/u.test(point));
  if (dated.length > 0) return dated.map((point, index) => `${index + 1}. ${point}`);
  const order = outline(plan)
    .map((section) => text(section['section']))
    .filter((name) => name !== '');
  return order.length === 0
    ? ['The plan names no dates and no order of sections.']
    : [
        'The plan names no dates. The order of its sections:',
        '',
        ...order.map((name, index) => `${index + 1}. ${name}`),
      ];
}

const sourceList = (plan: YamlMapping): readonly YamlMapping[] => asSequence(plan['sources']).map(asMapping);

function sourceLine(source: YamlMapping): string {
  const [name, url, about] = [text(source['name']), text(source['url']), text(source['notes'])];
  const named = url === '' ? name : `[${name || url}](${url})`;
  return about === '' ? named : `${named}: ${about}`;
}

function primarySources(plan: YamlMapping): readonly string[] {
  const primary = sourceList(plan).filter((source) => /primary|перв/iu.test(text(source['type'])));
  return orElse(bullets(primary.map(sourceLine)), 'The plan names no primary source, so none is quoted here.');
}

function notes(plan: YamlMapping): readonly string[] {
  const named = points(plan).filter((point) => /російськ|радянськ|імпер|колон|міф|русь|норман/iu.test(point));
  return orElse(bullets(named), 'The plan names nothing about imperial or Soviet distortions of this topic.');
}

function sources(plan: YamlMapping): readonly string[] {
  return orElse(
    bullets(sourceList(plan).map(sourceLine)),
    'The plan names no sources; the plan itself is the only one used.',
  );
}
