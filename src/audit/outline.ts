import { titleOf, type Lesson, type LessonSection } from './lesson.ts';
import { mostSimilar, similarity } from './similarity.ts';
import { sidecarValue, type Sidecars } from './sidecars.ts';
import { asList, cut, field } from './values.ts';
import { positiveInteger } from './word-target.ts';

/** A section that a module's outline asks for. */
export interface OutlineSection {
  readonly name: string;
  /** Wanted words; null where the outline does not say. */
  readonly words: number | null;
  readonly points: readonly string[];
}

/** What the outline asks for, beside what the lesson has. */
export interface OutlineMatch {
  readonly pairs: readonly { readonly wanted: OutlineSection; readonly section: LessonSection | null }[];
  /** Sections of the lesson that the outline does not have. */
  readonly extra: readonly LessonSection[];
}

/** Names are one where at least that much of them is alike. */
const ALIKE = 0.6;

/** Sections that are looked at, of the outline and of the lesson: no module has so many. */
const MAX_SECTIONS = 150;

/** Letters of a name that count. */
const MAX_NAME = 100;

/** Sections that a lesson may have or lack as it likes. */
const EXEMPT =
  /^(?:словник|лексика|vocabulary|вправи|практика|активності|activities|exercises|practice|ресурси|resources|потрібно більше практики|need more practice|підсумок|підсумки|summary)(?!\p{L})/u;

const LINKING = new Set(['та', 'і', 'й', 'або', 'чи']);

/** The outline of a module: that of the meta, else of the plan; empty where neither has one. */
export function outlineOf(sidecars: Sidecars): readonly OutlineSection[] {
  const ofMeta = readOutline(sidecarValue(sidecars.meta));
  return ofMeta.length > 0 ? ofMeta : readOutline(sidecarValue(sidecars.plan));
}

function readOutline(value: unknown): readonly OutlineSection[] {
  return (asList(field(value, 'content_outline')) ?? []).slice(0, MAX_SECTIONS).flatMap((entry) => {
    const name = field(entry, 'section');
    if (typeof name !== 'string' || name.trim() === '') return [];
    const points = (asList(field(entry, 'points')) ?? []).filter((point) => typeof point === 'string');
    return [{ name: cut(name.trim(), 200), words: positiveInteger(field(entry, 'words')), points }];
  });
}

/** The sections of a lesson that an outline speaks of: each H1 and H2 behind the title. */
export function outlinedSections({ sections, headings }: Lesson): readonly LessonSection[] {
  const title = titleOf(headings);
  return sections.filter(({ heading }) => heading !== null && heading !== title);
}

/** Pairs the outline with the lesson by names, the most alike first; each section of the lesson goes to one of the outline. */
export function matchOutline(outline: readonly OutlineSection[], lesson: readonly LessonSection[]): OutlineMatch {
  const sections = lesson.slice(0, MAX_SECTIONS);
  const wantedNames = outline.map(({ name }) => sectionName(name));
  const names = sections.map(({ heading }) => sectionName(heading?.text ?? ''));
  const likes = wantedNames.flatMap((wanted, of) =>
    names.flatMap((name, to) => {
      const like = mostSimilar(wanted, name) < ALIKE ? 0 : similarity(wanted, name);
      return like < ALIKE ? [] : [{ of, to, like }];
    }),
  );
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const { of, to } of likes.sort((a, b) => b.like - a.like || a.of - b.of || a.to - b.to)) {
    if (found.has(of) || taken.has(to)) continue;
    found.set(of, to);
    taken.add(to);
  }
  return {
    pairs: outline.map((wanted, index) => ({ wanted, section: sections[found.get(index) ?? -1] ?? null })),
    extra: sections.filter((_, index) => !taken.has(index)),
  };
}

/** Whether a section of that name is not judged: vocabulary, practice, resources, summary. */
export const isExempt = (name: string): boolean => EXEMPT.test(sectionName(name));

/** A name as names are matched: composed small letters, without subtitle, marks and linking words. */
function sectionName(text: string): string {
  const whole = text
    .slice(0, MAX_NAME * 2)
    .normalize('NFC')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  const title = /^(.*?)(?::|\s[-–—]\s|—)/.exec(whole)?.[1] ?? whole;
  return (title.trim() === '' ? whole : title)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !LINKING.has(word))
    .join(' ')
    .slice(0, MAX_NAME);
}
