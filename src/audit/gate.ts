import type { GateResult } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import type { Lesson } from './lesson.ts';
import type { LevelProfile } from './profile.ts';
import type { Richness } from './richness.ts';
import type { Sidecars } from './sidecars.ts';

/** What a gate sees: a module's texts, read once for all gates, and what they are judged by. */
export interface GateInput {
  readonly text: ModuleText;
  readonly lesson: Lesson;
  readonly sidecars: Sidecars;
  /** `words` is the module's target, from its plan or from the level table as the settings say. */
  readonly profile: LevelProfile;
  /** How rich the lesson is; null where the level does not ask. */
  readonly richness: Richness | null;
  /** Text of the module's review file; null where there is none. */
  readonly review: string | null;
  /** Names that may mix Latin and Ukrainian letters. */
  readonly mixedWords: readonly string[];
}

/** Keys of a status file under which gates are told. */
export const STATUS_GROUPS = ['meta', 'lesson', 'activities', 'vocabulary', 'naturalness', 'review'] as const;
export type StatusGroup = (typeof STATUS_GROUPS)[number];

/**
 * One question asked of a module. A gate is pure, takes a module as it may come (files absent, unreadable or of any shape)
 * and never throws. A new one is a file of its own and a line in gates.ts.
 */
export interface Gate {
  /** How findings and settings name it. */
  readonly name: string;
  /** How reports name it; with small letters, how status files do. */
  readonly title: string;
  /** Where a status file tells of it: of those with the same group, the first always and the others where they fail. */
  readonly group: StatusGroup | null;
  /** How it stands among the blocking issues of a status file where it fails, by its message. */
  readonly blocking?: (message: string) => string;
  /** Not in the loop of fix-review: it tells what a fix of the text cannot mend, must not, or need not. */
  readonly aside?: true;
  check(input: GateInput): GateResult;
}
