import { auditReport, type AuditReport } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import { moduleFacts, type ModuleFacts } from './facts.ts';
import { inMode, modeOf, type GateModes } from './gate-modes.ts';
import type { Gate, GateInput } from './gate.ts';
import { GATES } from './gates.ts';
import { readLesson } from './lesson.ts';
import type { LevelOverrides } from './overrides.ts';
import { profileFor, type LevelProfile } from './profile.ts';
import { richnessOf } from './richness.ts';
import { readSidecars, sidecarValue, type Sidecars } from './sidecars.ts';
import { field } from './values.ts';
import { wordTarget, type WordTargetSource } from './word-target.ts';

/** What the workspace's settings say about the audit. */
export interface AuditOptions {
  readonly overrides: LevelOverrides;
  readonly wordTarget: WordTargetSource;
  /** Gates that are left out, or judge otherwise; none where it is left out. */
  readonly gates?: GateModes;
  /** Names that may mix Latin and Ukrainian letters; none where it is left out. */
  readonly mixedWords?: readonly string[];
}

/** A report of every gate, with what status files and reports tell beside it. */
export interface WholeAudit {
  readonly report: AuditReport;
  readonly facts: ModuleFacts;
}

/**
 * Audits a module's texts by the gates of the fix-review loop: those that a fix of the text can and may mend. Pure: same texts
 * and options, same report; throws on no bytes whatever.
 */
export function auditModule(text: ModuleText, options: AuditOptions): AuditReport {
  const input = readInput(text, null, options);
  return judge(
    GATES.filter((gate) => gate.aside === undefined),
    input,
    options,
  );
}

/** Audits a module's texts and its review (null where there is none) by every gate. Pure, as `auditModule`. */
export function auditWhole(text: ModuleText, review: string | null, options: AuditOptions): WholeAudit {
  const input = readInput(text, review, options);
  return { report: judge(GATES, input, options), facts: moduleFacts(input) };
}

function judge(gates: readonly Gate[], input: GateInput, { gates: modes = {} }: AuditOptions): AuditReport {
  return auditReport(
    gates
      .filter(({ name }) => modeOf(modes, name) !== 'off')
      .map((gate) => inMode(gate.check(input), modeOf(modes, gate.name))),
  );
}

function readInput(text: ModuleText, review: string | null, options: AuditOptions): GateInput {
  const sidecars = readSidecars(text);
  const lesson = readLesson(text.files.lesson);
  const profile = moduleProfile(text, sidecars, options);
  const richness = profile.richness === null ? null : richnessOf(lesson, profile.richness.profile);
  return { text, lesson, sidecars, profile, richness, review, mixedWords: options.mixedWords ?? [] };
}

/** The level's profile with the module's own word target. */
function moduleProfile(text: ModuleText, sidecars: Sidecars, options: AuditOptions): LevelProfile {
  const meta = sidecarValue(sidecars.meta);
  const plan = sidecarValue(sidecars.plan);
  const { track, number, slug } = text.ref;
  const level = textOf(field(plan, 'level')) ?? textOf(field(meta, 'level'));
  const kinds = [plan, meta]
    .flatMap((file) => [field(file, 'module_type'), field(file, 'focus')])
    .map(textOf)
    .filter((kind) => kind !== null);
  const profile = profileFor(track, number, { slug, level, kinds }, options.overrides);
  return { ...profile, words: wordTarget(options.wordTarget, meta, plan, profile.words) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() : null;
}
