import { errorCount, type AuditReport } from '../src/domain/audit.ts';
import { isBetter } from '../src/domain/better.ts';
import { judgedText, unreadableText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { extractReview, unfinished } from '../src/domain/reply.ts';
import { parseReview } from '../src/domain/review-text.ts';
import { reviewPasses, underLimit, type Review } from '../src/domain/review.ts';
import { scoreText } from '../src/domain/score-text.ts';
import { sha256 } from '../src/store/atomic.ts';
import type { StoredReply } from '../src/store/replies.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { JudgeInput, JudgeResult, ModuleSteps } from '../workflows/step-contract.ts';
import { callKeys } from './call-keys.ts';
import type { Deps } from './deps.ts';
import { fixPrompt, knownReport, replyOf } from './versions.ts';

/** A rise of the score in one round beyond which a person should look, in points: models at times praise their own work. */
const SUSPICIOUS_RISE = 3.5;

/** Reads a review, decides whether the version passes and is better than its base, and prepares the next fix. */
export function createJudge(deps: Deps): ModuleSteps['judge'] {
  return async (input) => {
    const reply = await replyOf(deps, input.reply);
    const read = readReview(reply);
    const log = (text: string): Promise<void> =>
      appendLog(deps.workspace, input.taskId, {
        subject: moduleKey(input.module),
        event: `judge r${input.round}`,
        text,
      });
    if (!read.ok) {
      await deps.replies.markUseless(input.reply, input.taskId);
      await log(unreadableText(read.reason));
      return unreadable(deps, input, reply, read.reason);
    }
    const judged = await judge(deps, input, read.review, read.text);
    if (input.base !== null && judged.better) await keepForRestart(deps, input, reply);
    await log(judgedText({ ...judged, first: input.base === null, failing: input.version.failing }));
    return judged;
  };
}

type ReadReview = { ok: true; review: Review; text: string } | { ok: false; reason: string };

function readReview(reply: StoredReply): ReadReview {
  const ended = unfinished(reply.finishReason);
  if (ended !== null) return { ok: false, reason: ended };
  const text = extractReview(reply.text);
  if (text === null) return { ok: false, reason: 'there is no review in the reply' };
  const parsed = parseReview(text);
  return parsed.ok ? { ok: true, review: parsed.review, text } : parsed;
}

async function unreadable(deps: Deps, input: JudgeInput, reply: StoredReply, reason: string): Promise<JudgeResult> {
  const version = await deps.work.version(input.version.hash);
  const report = await knownReport(deps, version);
  const prompts = deps.prompts();
  const base = input.base === null ? undefined : (await deps.work.version(input.base.hash)).text;
  const prompt = prompts.review({ text: version.text, audit: report, base });
  const again = await deps.work.putPrompt(prompts.again({ prompt, reply: reply.text, reason }));
  const tries = [...input.tries, `its review could not be read (${reason})`];
  const next = input.base === null ? null : await fixPromptOn(deps, input, input.base.hash, input.base.review, tries);
  return { kind: 'unreadable', reason: reason.slice(0, 300), again, fixPrompt: next };
}

/**
 * Keeps the review of a candidate that goes into its place also as the review of a version by itself: a module that has to
 * start again asks for that, and it was paid.
 */
async function keepForRestart(deps: Deps, input: JudgeInput, reply: StoredReply): Promise<void> {
  const version = await deps.work.version(input.version.hash);
  const prompt = sha256(deps.prompts().review({ text: version.text, audit: await knownReport(deps, version) }));
  const { key } = callKeys(input, { ask: 'review', model: reply.model, prompt });
  if ((await deps.replies.usable(key, input.taskId)) !== null) return;
  const { shared: _, ...kept } = reply;
  await deps.replies.put(key, kept);
}

async function fixPromptOn(
  deps: Deps,
  input: JudgeInput,
  hash: string,
  reviewKey: string,
  tries: readonly string[],
): Promise<string> {
  const reply = await replyOf(deps, reviewKey);
  return fixPrompt(deps, input, await deps.work.version(hash), extractReview(reply.text) ?? reply.text, tries);
}

async function judge(
  deps: Deps,
  input: JudgeInput,
  review: Review,
  text: string,
): Promise<Extract<JudgeResult, { kind: 'judged' }>> {
  const { version, base } = input;
  const stored = await deps.work.version(version.hash);
  const report = await knownReport(deps, stored);
  const passed = report.passed && reviewPasses(review, input.settings.passScore);
  const better = base === null || passed || isBetter(base, { ...version, score: review.score });
  const reason = whyNot(input, review, report, better);
  const next = passed
    ? null
    : better || base === null
      ? await fixPrompt(deps, input, stored, text, [])
      : await fixPromptOn(deps, input, base.hash, base.review, [...input.tries, reason]);
  return {
    kind: 'judged',
    score: review.score,
    passed,
    better,
    suspicious: base !== null && review.score - base.score > SUSPICIOUS_RISE,
    reason,
    findings: findingsHash(review, report),
    fixPrompt: next,
  };
}

function whyNot({ base, version }: JudgeInput, review: Review, report: AuditReport, better: boolean): string {
  const low = underLimit(review);
  const parts = [
    base !== null && !better
      ? `not better than its base (score ${scoreText(review.score)} after ${scoreText(base.score)}, errors ${errorCount(report)} after ${base.errors})`
      : `score ${scoreText(review.score)}`,
    version.failing.length > 0 ? `audit fails: ${version.failing.join(', ')}` : '',
    low.length > 0 ? `under the limit: ${low.join(', ')}` : '',
  ];
  return parts
    .filter((part) => part !== '')
    .join('; ')
    .slice(0, 300);
}

/** What the audit and the review say, in short: the same twice means that the fixes go in circles. */
function findingsHash(review: Review, report: AuditReport): string {
  const findings = report.gates.flatMap((gate) =>
    gate.findings.map((finding) => `${finding.gate}: ${finding.message}`),
  );
  return sha256(JSON.stringify([review.score, review.issues, findings])).slice(0, 16);
}
