import { stat } from 'node:fs/promises';
import { moduleKey, FILE_KINDS } from '../src/domain/module.ts';
import { auditText } from '../src/domain/log-texts.ts';
import { reviewPasses } from '../src/domain/review.ts';
import { extractReview } from '../src/domain/reply.ts';
import { parseReview, readReviewStamp } from '../src/domain/review-text.ts';
import { decodeUtf8 } from '../src/domain/utf8.ts';
import { readPeoplesBytes } from '../src/files/people-file.ts';
import { isNotFound } from '../src/store/atomic.ts';
import { readModule, type ModuleFiles, type ModulePaths } from '../src/store/module-files.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { AuditInput, ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { skippedFor } from './skipped.ts';
import { audited, pathsOf, reportOn, reviewPrompt } from './versions.ts';

/** The first step of fix-review: reads the module, audits it, and tells whether it passed before. */
export function createAudit(deps: Deps): ModuleSteps['audit'] {
  return async (input) => {
    const paths = await pathsOf(deps, input.module);
    const module = await readModule(paths);
    if (module.hashes.lesson === null)
      return { kind: 'missing', detail: `there is no ${paths.relative(paths.file('lesson'))}` };
    await deps.generations.raiseTo(input.module, input.module.generation);
    await deps.work.putVersion(module);
    const report = await reportOn(deps, module);
    if (report === null) return { kind: 'command-needed', hash: module.hash };
    const version = audited(module.hash, report);
    const text = auditText(report.passed, version.failing);
    await appendLog(deps.workspace, input.taskId, { subject: moduleKey(input.module), event: 'audit', text });
    const passed = input.trustReview && report.passed ? await passedBefore(input, paths, module) : null;
    if (passed !== null) return { kind: 'already-pass', score: passed, hash: module.hash };
    // Only now: one that has passed needs no change.
    const skipped = await skippedFor(deps, input);
    if (skipped !== null)
      return { kind: 'skipped', detail: skipped, auditPassed: report.passed, failing: version.failing };
    return { kind: 'audited', version, prompt: await reviewPrompt(deps, module, report) };
  };
}

/** Score of a review of exactly these files that passes today's rule; null where there is none. */
async function passedBefore(input: AuditInput, paths: ModulePaths, module: ModuleFiles): Promise<number | null> {
  const bytes = readPeoplesBytes(paths.review);
  if (bytes === null) return null;
  const decoded = decodeUtf8(bytes);
  // Whatever it says, it is none of ours.
  if (!decoded.ok) return null;
  const { text } = decoded;
  const stamp = readReviewStamp(text);
  const { trustOldReviews, passScore } = input.settings;
  const counts = stamp === null ? trustOldReviews === 'newer' && (await isNewer(paths)) : stamp.base === module.hash;
  if (!counts) return null;
  const parsed = parseReview(extractReview(text) ?? text);
  return parsed.ok && reviewPasses(parsed.review, passScore) ? parsed.review.score : null;
}

/** Whether the review is newer than every file of the module. */
async function isNewer(paths: ModulePaths): Promise<boolean> {
  const review = await modified(paths.review);
  const files = await Promise.all(FILE_KINDS.map((kind) => modified(paths.file(kind))));
  return files.every((time) => time <= review);
}

async function modified(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}
