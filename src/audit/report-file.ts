import type { AuditReport, Finding, GateResult } from '../domain/audit.ts';
import type { ModuleRef } from '../domain/module.ts';
import type { ModuleFacts } from './facts.ts';
import { GATES } from './gates.ts';
import type { RichnessScore } from './richness.ts';

export interface ReportInput {
  readonly ref: ModuleRef;
  readonly stem: string;
  readonly report: AuditReport;
  readonly facts: ModuleFacts;
  readonly at: Date;
}

/** `audit/<stem>-review.md`: the report of an audit in the form of the curriculum's own tools, for people. No newline at its end. */
export function reportText(input: ReportInput): string {
  const { report, facts } = input;
  return [
    head(input),
    configuration(facts),
    activityTable(facts),
    findings(report),
    gateList(report),
    richness(facts),
    sections(facts),
  ]
    .filter((part) => part !== null)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

type Lines = readonly string[];

function head({ ref, stem, report, facts, at }: ReportInput): Lines {
  const { score, status } = facts.naturalness;
  return [
    `# Audit Report: M${String(ref.number).padStart(2, '0')} — ${stem}.md`,
    `**Level:** ${ref.track.toUpperCase()} | **Module:** M${String(ref.number).padStart(2, '0')} | **Phase:** ${facts.phase} | **Pedagogy:** ${facts.pedagogy} | **Target:** ${facts.profile.words}`,
    `**Naturalness:** ${score ?? 0}/10 (${status})`,
    `**Overall Status:** ${report.passed ? '✅ PASS' : '❌ FAIL'}`,
    `**Generated:** ${at.toISOString().slice(0, 19).replace('T', ' ')}`,
  ];
}

function configuration({ profile, requiredTypes, transliteration }: ModuleFacts): Lines {
  const { activitiesMin, activitiesMax, uniqueTypes, priorityTypes, engagement, vocabulary } = profile;
  // Of the level as a whole; the gate tells the range of the module.
  const immersion = profile.levelImmersion;
  return [
    '## Configuration',
    `**Type:** ${profile.title}`,
    `**Word Target:** ${profile.words} words`,
    `**Activities:** ${activitiesMax === null ? `≥${activitiesMin}` : `${activitiesMin}-${activitiesMax}`} required`,
    `**Items per Activity:** ≥${profile.density} items`,
    ...(uniqueTypes === null ? [] : [`**Unique Types:** ≥${uniqueTypes} types required`]),
    ...(priorityTypes.length === 0 ? [] : [`**Priority Types:** ${priorityTypes.toSorted().join(', ')}`]),
    ...(requiredTypes.length === 0 ? [] : [`**Required Types:** ${requiredTypes.join(', ')}`]),
    ...(engagement === null ? [] : [`**Engagement:** ≥${engagement} callouts`]),
    `**Immersion:** ${immersion?.min ?? 0}-${immersion?.max ?? 100}%`,
    ...(vocabulary === null ? [] : [`**Vocab Target:** ≥${vocabulary} words`]),
    `**Transliteration:** ${transliteration === 'none' ? 'Not allowed' : transliteration}`,
  ];
}

const mark = (ok: boolean): string => (ok ? '✅' : '❌');

function activityTable({ activities, profile, requiredTypes }: ModuleFacts): Lines | null {
  if (activities.length === 0) return null;
  const { activitiesMin, activitiesMax, uniqueTypes, priorityTypes } = profile;
  const types = new Set(activities.map(({ type }) => type));
  const low = activities.filter(({ items, minimum }) => items < minimum).length;
  const used = (wanted: readonly string[]): string => {
    const found = wanted.toSorted().filter((type) => types.has(type));
    return `${found.length}/${wanted.length}${found.length === 0 ? '' : ` (${found.join(', ')})`}`;
  };
  const target = activitiesMax === null ? `${activitiesMin}+` : `${activitiesMin}-${activitiesMax}`;
  const fits = activities.length >= activitiesMin && activities.length <= (activitiesMax ?? Infinity);
  return [
    '## Activity Breakdown',
    '| # | Type | Title | Items | Min | Status |',
    '|---|------|-------|-------|-----|--------|',
    ...activities.map(({ type, title, items, minimum }, index) =>
      row([index + 1, type, title, items, minimum, mark(items >= minimum)]),
    ),
    '',
    '**Summary:**',
    `- Total activities: ${activities.length} (target: ${target}) ${mark(fits)}`,
    ...(uniqueTypes === null
      ? []
      : [`- Unique types: ${types.size} (minimum: ${uniqueTypes}) ${mark(types.size >= uniqueTypes)}`]),
    ...(priorityTypes.length === 0
      ? []
      : [`- Priority types used: ${used(priorityTypes)} ${mark(priorityTypes.some((type) => types.has(type)))}`]),
    ...(requiredTypes.length === 0
      ? []
      : [`- Required types used: ${used(requiredTypes)} ${mark(requiredTypes.every((type) => types.has(type)))}`]),
    `- Low density activities: ${low}`,
  ];
}

function findings({ gates }: AuditReport): Lines | null {
  const telling = gates.filter(({ findings: found }) => found.length > 0);
  if (telling.length === 0) return null;
  return ['## Findings', ...telling.flatMap(({ findings: found }) => found.flatMap(findingLines))];
}

function findingLines(finding: Finding): Lines {
  const { gate, severity, message, file, line, column, hint } = finding;
  const place = [
    file,
    line === undefined ? undefined : `line ${line}`,
    column === undefined ? undefined : `column ${column}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  return [
    `- ${severity === 'error' ? '❌' : '⚠️'} **[${gate.toUpperCase().replaceAll('-', '_')}]**${place === '' ? '' : ` ${place}:`} ${oneLine(message)}`,
    ...(hint === undefined ? [] : [`  - FIX: ${oneLine(hint)}`]),
  ];
}

const ICONS = { pass: '✅', warn: '⚠️', fail: '❌', info: 'ℹ️' } as const;

function gateList({ gates }: AuditReport): Lines {
  const lines = GATES.flatMap(({ name, title }) => {
    const result = gates.find(({ gate }) => gate === name);
    return result === undefined ? [] : [`- **${title}:** ${icon(result)} ${oneLine(result.message)}`];
  });
  // The original lists it, too, though its own checks of grammar were given up.
  return ['## Gates', ...lines, '- **Grammar:** ℹ️ N/A (covered by naturalness)'];
}

const icon = ({ gate, status }: GateResult): string =>
  gate === 'immersion' && status !== 'fail' ? '🇺🇦' : ICONS[status];

function richness({ richness: rich, profile }: ModuleFacts): Lines | null {
  if (rich === null || profile.richness === null) return null;
  return [
    '## Richness Details',
    `**Score:** ${Math.floor(rich.percent)}% (minimum: ${profile.richness.min}%)`,
    `**Module Type:** ${profile.richness.profile}`,
    '',
    '### Score Breakdown',
    '| Metric | Count | Target | Score | Weight | Contribution |',
    '|--------|-------|--------|-------|--------|--------------|',
    ...rich.rows.map(richnessRow),
    `| **TOTAL** | | | | | **${rich.percent.toFixed(1)}%** |`,
  ];
}

function richnessRow({ count, value, target, share, weight }: RichnessScore): string {
  return row([
    count,
    target === null ? value.toFixed(2) : value,
    target ?? '-',
    `${Math.round(share * 100)}%`,
    `${Math.round(weight)}%`,
    `${(share * weight).toFixed(1)}%`,
  ]);
}

/** Headings of sections that tell, rather than explain or drill. */
const CORE =
  /intro|вступ|діалог|dialog|культур|cultur|підсумок|підсумки|summary|читання|джерел|погляд|тем[аи]|concept|текст|історі/i;

function sections({ sections: all }: ModuleFacts): Lines {
  return [
    '## Section Audit',
    '| Section | Status | Count | Notes |',
    '|---|---|---|---|',
    ...all.map(({ title, words, activity }) => {
      if (activity) return row([`**${title}**`, '⚪️', 0, 'Skipped (using YAML)']);
      const core = title === null || CORE.test(title);
      return row([
        `**${title ?? 'Intro/Narrative'}**`,
        core ? '✅' : '⚪️',
        words,
        core ? 'Included in Core' : 'Skipped',
      ]);
    }),
  ];
}

const row = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => oneLine(String(cell)).replaceAll('|', '\\|')).join(' | ')} |`;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
