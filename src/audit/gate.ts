import type { GateResult } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import type { Lesson } from './lesson.ts';
import type { LevelProfile } from './profile.ts';
import type { Sidecars } from './sidecars.ts';

/** What a gate sees: a module's texts, read once for all gates, and what they are judged by. */
export interface GateInput {
  readonly text: ModuleText;
  readonly lesson: Lesson;
  readonly sidecars: Sidecars;
  /** `words` is the module's target, from its plan or from the level table as the settings say. */
  readonly profile: LevelProfile;
}

/**
 * One question asked of a module. A gate is pure, takes a module as it may come (files absent, unreadable or of any shape)
 * and never throws. A new one is a file of its own and a line in gates.ts.
 */
export interface Gate {
  /** How findings, reports and settings name it. */
  readonly name: string;
  check(input: GateInput): GateResult;
}
