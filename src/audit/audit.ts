import { auditReport, type AuditReport } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import type { GateInput } from './gate.ts';
import { GATES } from './gates.ts';
import { readLesson } from './lesson.ts';
import type { LevelOverrides } from './overrides.ts';
import { profileFor, type LevelProfile } from './profile.ts';
import { readSidecars, sidecarValue, type Sidecars } from './sidecars.ts';
import { field } from './values.ts';
import { wordTarget, type WordTargetSource } from './word-target.ts';

/** What the workspace's settings say about the audit. */
export interface AuditOptions {
  readonly overrides: LevelOverrides;
  readonly wordTarget: WordTargetSource;
}

/** Audits a module's texts by every built-in gate. Pure: same texts and options, same report; throws on no bytes whatever. */
export function auditModule(text: ModuleText, options: AuditOptions): AuditReport {
  const sidecars = readSidecars(text);
  const input: GateInput = {
    text,
    lesson: readLesson(text.files.lesson),
    sidecars,
    profile: moduleProfile(text, sidecars, options),
  };
  return auditReport(GATES.map((gate) => gate.check(input)));
}

/** The level's profile with the module's own word target. */
function moduleProfile(text: ModuleText, sidecars: Sidecars, options: AuditOptions): LevelProfile {
  const meta = sidecarValue(sidecars.meta);
  const plan = sidecarValue(sidecars.plan);
  const { track, number, slug } = text.ref;
  const level = textOf(field(plan, 'level')) ?? textOf(field(meta, 'level'));
  const kinds = [field(plan, 'module_type'), field(plan, 'focus')].map(textOf).filter((kind) => kind !== null);
  const profile = profileFor(track, number, { slug, level, kinds }, options.overrides);
  return { ...profile, words: wordTarget(options.wordTarget, meta, plan, profile.words) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() : null;
}
