/** The loop of fix-review by the pure functions alone: no Temporal, no worker, nothing written. */
import { parseDocument } from 'yaml';
import { auditModule, type AuditOptions } from '../../src/audit/audit.ts';
import { errorCount, type AuditReport } from '../../src/domain/audit.ts';
import { isBetter, type Measured } from '../../src/domain/better.ts';
import { applyLineEnds, checkFix, isUnchanged } from '../../src/domain/guards.ts';
import type { FixableKind, ModuleText } from '../../src/domain/module.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { extractReview, parseFixReply } from '../../src/domain/reply.ts';
import { parseReview } from '../../src/domain/review-text.ts';
import { reviewPasses, type Review } from '../../src/domain/review.ts';
import type { TaskSettings } from '../../src/domain/settings.ts';
import type { Ask, Model } from '../../src/model/model.ts';
import type { Prompts } from '../../src/prompts/prompts.ts';

/** What the loop works with. */
export interface LoopParts {
  readonly model: Model;
  readonly prompts: Prompts;
  readonly audit: AuditOptions;
  readonly settings: Pick<TaskSettings, 'maxRounds' | 'passScore'>;
}

export interface LoopEnd {
  readonly outcome: Outcome;
  /** Fixes that were asked for. */
  readonly rounds: number;
  /** Fixes that were kept. */
  readonly applied: number;
  /** The module's texts at the end. */
  readonly text: ModuleText;
}

interface Version {
  readonly text: ModuleText;
  readonly report: AuditReport;
  readonly review: Review;
  readonly reviewText: string;
  readonly passed: boolean;
}

/** Audits, reviews and fixes a module until it passes or its rounds are used. */
export async function fixReviewLoop(parts: LoopParts, module: ModuleText): Promise<LoopEnd> {
  if (module.files.lesson === null) return { outcome: 'MISSING', rounds: 0, applied: 0, text: module };
  let base = await reviewed(parts, module);
  if (base.passed) return { outcome: 'PASS_ON_REVIEW', rounds: 0, applied: 0, text: module };
  let tries: string[] = [];
  let applied = 0;
  let unchanged = 0;
  for (let rounds = 1; rounds <= parts.settings.maxRounds; rounds += 1) {
    const fix = await fixed(parts, base, tries);
    if ('refused' in fix) {
      tries = [...tries, fix.refused];
      unchanged += fix.unchanged ? 1 : 0;
      if (unchanged === 2) return { outcome: 'STUCK', rounds, applied, text: base.text };
      continue;
    }
    const candidate = await reviewed(parts, fix.text);
    if (!candidate.passed && !isBetter(measured(base), measured(candidate))) {
      tries = [...tries, `not better than its base: ${candidate.review.score}`];
      continue;
    }
    applied += 1;
    if (candidate.passed) return { outcome: 'FIXED', rounds, applied, text: candidate.text };
    base = candidate;
    tries = [];
    unchanged = 0;
  }
  return { outcome: 'FAIL_AFTER_RETRIES', rounds: parts.settings.maxRounds, applied, text: base.text };
}

async function ask({ model }: LoopParts, kind: Ask, prompt: string): Promise<string> {
  const signal = new AbortController().signal;
  return (await model.ask({ ask: kind, model: 'rules-1', prompt, signal })).text;
}

async function reviewed(parts: LoopParts, text: ModuleText): Promise<Version> {
  const report = auditModule(text, parts.audit);
  const reply = await ask(parts, 'review', parts.prompts.review({ text, audit: report }));
  const reviewText = extractReview(reply) ?? '';
  const parsed = parseReview(reviewText);
  if (!parsed.ok) throw new Error(`the review cannot be read: ${parsed.reason}`);
  const passed = report.passed && reviewPasses(parsed.review, parts.settings.passScore);
  return { text, report, review: parsed.review, reviewText, passed };
}

type Fix = { readonly text: ModuleText } | { readonly refused: string; readonly unchanged: boolean };

async function fixed(parts: LoopParts, base: Version, tries: readonly string[]): Promise<Fix> {
  const { text, report, reviewText } = base;
  const prompt = parts.prompts.fix({ text, audit: report, review: { text: reviewText }, tries });
  const parsed = parseFixReply(await ask(parts, 'fix', prompt));
  if (!parsed.ok) return { refused: parsed.reason, unchanged: false };
  if (isUnchanged(text, parsed.blocks)) return { refused: 'the reply changed nothing', unchanged: true };
  const reasons = checkFix({ base: text, blocks: parsed.blocks, yamlError });
  if (reasons.length > 0) return { refused: reasons.join('; '), unchanged: false };
  const files = Object.entries(parsed.blocks).map(([kind, block]) => [
    kind,
    applyLineEnds(text.files[kind as FixableKind], block),
  ]);
  return { text: { ...text, files: { ...text.files, ...Object.fromEntries(files) } } };
}

const yamlError = (_kind: FixableKind, text: string): string | null => parseDocument(text).errors[0]?.message ?? null;

const measured = ({ report, review }: Version): Measured => ({
  auditPassed: report.passed,
  errors: errorCount(report),
  score: review.score,
});
