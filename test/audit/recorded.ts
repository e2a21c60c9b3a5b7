/** The records of the curriculum's own audit beside the real modules, cell by cell. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditOptions, WholeAudit } from '../../src/audit/audit.ts';
import { statusFile, type StatusFile } from '../../src/audit/status-file.ts';
import { reportText } from '../../src/audit/report-file.ts';
import type { FileKind, ModuleText } from '../../src/domain/module.ts';
import { REAL } from '../helpers/workspaces.ts';

const ROOT = join(REAL, 'curriculum/l2-uk-en');

/** Rules in force when a record was made. In January the level table alone gave targets, and nobody asked for the outline. */
export const JANUARY: AuditOptions = {
  overrides: {},
  wordTarget: 'table',
  gates: { outline: 'off', review: 'off' },
};
/** From February meta and plan give targets, and the outline is asked for; reviews are from the 9th. */
export const FEBRUARY: AuditOptions = { overrides: {}, wordTarget: 'plan', gates: { review: 'off' } };

export interface Recorded {
  readonly track: string;
  readonly slug: string;
  readonly number: number;
  readonly rules: AuditOptions;
  /** Folder of the report that is of the status's time. */
  readonly report: 'audit' | 'review';
  /** Files that are not of the record's revision, as the README of the samples says. */
  readonly other: Readonly<Partial<Record<FileKind, string>>>;
  /** Whether the record was made without the plan. */
  readonly noPlan?: true;
}

const OLDER = 'is older than the record';

export const RECORDED: readonly Recorded[] = [
  {
    track: 'b1',
    slug: '02-language-about-verbs',
    number: 2,
    rules: JANUARY,
    report: 'audit',
    other: { lesson: OLDER, activities: OLDER, vocabulary: OLDER },
  },
  {
    track: 'b1',
    slug: '06-aspect-complete-system',
    number: 6,
    rules: JANUARY,
    report: 'audit',
    other: { lesson: OLDER, activities: OLDER, vocabulary: OLDER },
  },
  {
    track: 'b1',
    slug: '07-aspect-past-single-repeated',
    number: 7,
    rules: JANUARY,
    report: 'audit',
    other: { lesson: OLDER, activities: OLDER },
  },
  { track: 'b1', slug: '08-aspect-past-result-process', number: 8, rules: JANUARY, report: 'audit', other: {} },
  { track: 'b1', slug: '09-aspect-future', number: 9, rules: JANUARY, report: 'audit', other: { activities: OLDER } },
  {
    track: 'b1',
    slug: '10-aspect-negation',
    number: 10,
    rules: JANUARY,
    report: 'audit',
    other: { lesson: OLDER, activities: OLDER },
  },
  // The reports of b2-hist in audit/ are older than the activities; those of 7 February lie in review/.
  { track: 'b2-hist', slug: 'syntez-vytoky-1', number: 8, rules: FEBRUARY, report: 'review', other: {} },
  { track: 'b2-hist', slug: 'oleh-ihor', number: 9, rules: FEBRUARY, report: 'review', other: {} },
  {
    track: 'c1-bio',
    slug: 'yuriy-kondratiuk',
    number: 104,
    rules: FEBRUARY,
    report: 'audit',
    other: {
      lesson: 'is not there',
      meta: 'is newer than the report',
      vocabulary: 'is not there',
      plan: 'was seen by the report, not by the status that we go by',
    },
    noPlan: true,
  },
];

function read(...path: string[]): string | null {
  const file = join(ROOT, ...path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** A real module's files. */
export function realModule({
  track,
  slug,
  number,
  noPlan,
}: Pick<Recorded, 'track' | 'slug' | 'number' | 'noPlan'>): ModuleText {
  const sidecar = (kind: string): string | null => read(track, kind, `${slug}.yaml`);
  return {
    ref: { track, slug, number },
    files: {
      lesson: read(track, `${slug}.md`),
      meta: sidecar('meta'),
      activities: sidecar('activities'),
      vocabulary: sidecar('vocabulary'),
      plan: noPlan === true ? null : read('plans', track, `${slug}.yaml`),
    },
  };
}

/** Which file a cell is counted from; `rules`: the original's rules are not written down, and ours are our own. */
type Source = FileKind | 'rules' | 'all';

export interface Cell {
  readonly name: string;
  readonly source: Source;
  readonly recorded: string;
  readonly ours: string;
}

const STATUS_GATES = {
  meta: 'lesson',
  activities: 'activities',
  vocabulary: 'vocabulary',
  naturalness: 'meta',
} as const;

const REPORT_GATES: readonly (readonly [title: string, source: Source])[] = [
  ['Words', 'lesson'],
  ['Activities', 'activities'],
  ['Density', 'activities'],
  ['Unique_types', 'activities'],
  ['Priority', 'activities'],
  ['Engagement', 'lesson'],
  ['Audio', 'lesson'],
  ['Vocab', 'vocabulary'],
  ['Structure', 'lesson'],
  ['Lint', 'rules'],
  ['Pedagogy', 'rules'],
  ['Content_heavy', 'activities'],
  ['Immersion', 'lesson'],
  ['Richness', 'rules'],
  ['Grammar', 'lesson'],
  ['Naturalness', 'meta'],
];

/** Every value that a record has and we count too, beside ours. */
export function cellsOf(record: Recorded, whole: WholeAudit): readonly Cell[] {
  const { track, slug } = record;
  const status = JSON.parse(read(track, 'status', `${slug}.json`) ?? '{}') as StatusFile;
  const report = read(track, record.report, `${slug}-review.md`) ?? '';
  const sources = { md: null, meta: null, activities: null, vocabulary: null, plan: null };
  const at = new Date(0);
  const stem = slug;
  const ourStatus = statusFile({ stem, track, ...whole, at, durationMs: 0, sources, verification: undefined });
  const ref = { track, slug, number: record.number };
  const ourReport = reportText({ ref, stem, ...whole, at });
  return [...statusCells(status, ourStatus), ...reportCells(report, ourReport)];
}

function statusCells(status: StatusFile, ours: StatusFile): readonly Cell[] {
  const [words, ...failing] = status.gates.lesson?.message.split(' | ') ?? [];
  const [ourWords, ...ourFailing] = ours.gates.lesson?.message.split(' | ') ?? [];
  const of = (name: string, parts: readonly string[]): string => parts.find((part) => part.startsWith(name)) ?? '-';
  const group = (name: keyof typeof STATUS_GATES): readonly Cell[] => {
    const [recorded, our] = [status.gates[name], ours.gates[name]];
    const text = (gate: typeof recorded): string => `${gate?.status}/${gate?.violations}: ${gate?.message}`;
    return [{ name: `status ${name}`, source: STATUS_GATES[name], recorded: text(recorded), ours: text(our) }];
  };
  const blocking = (file: StatusFile): string => file.overall.blocking_issues.join('; ') || '-';
  return [
    { name: 'status words', source: 'lesson', recorded: words ?? '-', ours: ourWords ?? '-' },
    ...(['engagement', 'immersion'] as const).map((name): Cell => {
      return { name: `status ${name}`, source: 'lesson', recorded: of(name, failing), ours: of(name, ourFailing) };
    }),
    ...(['pedagogy', 'richness'] as const).map((name): Cell => {
      return { name: `status ${name}`, source: 'rules', recorded: of(name, failing), ours: of(name, ourFailing) };
    }),
    ...(Object.keys(STATUS_GATES) as (keyof typeof STATUS_GATES)[]).flatMap(group),
    { name: 'status level', source: 'meta', recorded: status.level, ours: ours.level },
    { name: 'status plan_version', source: 'meta', recorded: status.plan_version ?? '-', ours: ours.plan_version },
    { name: 'status blocking', source: 'all', recorded: blocking(status), ours: blocking(ours) },
    { name: 'status overall', source: 'all', recorded: status.overall.status, ours: ours.overall.status },
  ];
}

function reportCells(report: string, ours: string): readonly Cell[] {
  const gate = (text: string, title: string): string =>
    new RegExp(`^- \\*\\*${title}:\\*\\* (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '-';
  const line = (text: string, start: string): string =>
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(start))
      ?.slice(start.length)
      .trim() ?? '-';
  const rows = (text: string): string =>
    text
      .split('\n')
      .filter((candidate) => /^\| \d+ \| \S+ \|.*\| \d+ \| \d+ \|/.test(candidate))
      .join('\n') || '-';
  const settings = [
    '**Type:**',
    '**Activities:**',
    '**Items per Activity:**',
    '**Unique Types:**',
    '**Priority Types:**',
    '**Required Types:**',
    '**Engagement:**',
    '**Immersion:**',
    '**Vocab Target:**',
    '**Transliteration:**',
  ];
  return [
    ...REPORT_GATES.map(([title, source]): Cell => {
      return { name: title, source, recorded: gate(report, title), ours: gate(ours, title) };
    }),
    ...(['Phase', 'Pedagogy'] as const).map((name): Cell => {
      return { name: `head ${name}`, source: 'plan', recorded: headOf(report, name), ours: headOf(ours, name) };
    }),
    ...settings.map((start): Cell => {
      return {
        name: start.replaceAll(/[*:]/g, ''),
        source: 'plan',
        recorded: line(report, start),
        ours: line(ours, start),
      };
    }),
    { name: 'activity table', source: 'activities', recorded: rows(report), ours: rows(ours) },
    {
      name: 'required used',
      source: 'activities',
      recorded: line(report, '- Required types used:'),
      ours: line(ours, '- Required types used:'),
    },
    { name: 'section sum', source: 'lesson', recorded: sectionSum(report), ours: sectionSum(ours) },
  ];
}

/** `TTT` of `**Pedagogy:** TTT | …` in the head of a report. */
const headOf = (report: string, name: string): string =>
  new RegExp(`\\*\\*${name}:\\*\\* ([^|\\n]+)`).exec(report)?.[1]?.trim() ?? '-';

/** Words of all sections in a report's section table. */
function sectionSum(report: string): string {
  const rows = (report.split('## Section Audit')[1] ?? '').matchAll(/^\| \*\*.*\| (\d+) \|/gm);
  return String([...rows].reduce((sum, [, words]) => sum + Number(words), 0));
}

/** Why a cell may differ; null where nothing says that it may. */
export function reasonFor({ source }: Cell, { other }: Recorded): string | null {
  if (source === 'rules') return 'counting rules of our own: the original’s are not written down';
  if (source === 'all') {
    const files = Object.entries(other).map(([file, why]) => `${file} ${why}`);
    return files.length === 0 ? null : files.join(', ');
  }
  const why = other[source];
  return why === undefined ? null : `the ${source} here ${why}`;
}
