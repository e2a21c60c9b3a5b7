import { activitiesOf, type Activity } from './activity.ts';
import type { GateInput } from './gate.ts';
import { activityTypesIn } from './activity-shapes.ts';
import { itemCount } from './item-count.ts';
import { titleOf, type Lesson } from './lesson.ts';
import { naturalnessOf, type Naturalness } from './naturalness-gate.ts';
import { minimumItems, type LevelProfile } from './profile.ts';
import { requiredTypes } from './required-types-gate.ts';
import type { Richness } from './richness.ts';
import { sidecarValue } from './sidecars.ts';
import { cut, field } from './values.ts';

/** What the files of an audit tell beside the gates; plain data. */
export interface ModuleFacts {
  readonly profile: LevelProfile;
  /** `version` of the meta, else of the plan: what status files call the plan's version. */
  readonly planVersion: string;
  readonly phase: string;
  readonly pedagogy: string;
  readonly naturalness: Naturalness;
  readonly transliteration: string;
  readonly requiredTypes: readonly string[];
  readonly activities: readonly ActivityFact[];
  readonly sections: readonly SectionFact[];
  readonly richness: Richness | null;
}

export interface ActivityFact {
  readonly type: string;
  readonly title: string;
  readonly items: number;
  readonly minimum: number;
}

export interface SectionFact {
  /** Null for what stands before the first H1 or H2. */
  readonly title: string | null;
  /** Words that count. */
  readonly words: number;
  /** Whether its heading reads like an activity: reports show no words of it, though they count. */
  readonly activity: boolean;
}

/** Rows of a table beyond that are not kept. */
const MAX_ROWS = 200;

/** Takes the facts of a module. */
export function moduleFacts(input: GateInput): ModuleFacts {
  const { profile, lesson, sidecars, richness } = input;
  const meta = sidecarValue(sidecars.meta);
  const plan = sidecarValue(sidecars.plan);
  const of = (key: string, fallback: string): string => plain(field(meta, key)) ?? plain(field(plan, key)) ?? fallback;
  return {
    profile,
    planVersion: of('version', '1.0'),
    phase: phaseOf(of('phase', profile.title)),
    pedagogy: of('pedagogy', 'Not Specified'),
    naturalness: naturalnessOf(sidecars),
    transliteration: of('transliteration', 'none'),
    requiredTypes: requiredTypes(input),
    activities: activitiesOf(sidecars.activities)
      .slice(0, MAX_ROWS)
      .map((activity) => activityFact(activity, profile)),
    sections: sectionFacts(lesson),
    richness,
  };
}

function sectionFacts({ sections, headings }: Lesson): readonly SectionFact[] {
  const title = titleOf(headings);
  return sections.slice(0, MAX_ROWS).map(({ heading, words }) => {
    if (heading === null) return { title: null, words, activity: false };
    const activity = heading !== title && activityTypesIn(heading.text).length > 0;
    return { title: cut(heading.text, 200), words, activity };
  });
}

/** `B1.1` of `B1.1 Aspect`, `B2` of `B2-HIST.1 [Origins]`. */
const phaseOf = (phase: string): string => /^[A-Z]\d(?:\.\d+)?/.exec(phase)?.[0] ?? phase;

function activityFact(activity: Activity, profile: LevelProfile): ActivityFact {
  return {
    type: cut(activity.type, 40),
    title: cut(plain(field(activity.fields, 'title')) ?? '', 120),
    items: itemCount(activity),
    minimum: minimumItems(profile, activity.type),
  };
}

function plain(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? cut(text.trim().replace(/\s+/g, ' '), 120) : null;
}
