import type { EndedModule, ModuleEnd, ModuleInput } from './contract.ts';
import type {
  ApplyResult,
  AuditedVersion,
  AuditResult,
  JudgeResult,
  ReviewedVersion,
  StageResult,
} from './step-contract.ts';
import { runModule, type ModuleRun } from './module-run.ts';
import { step } from './steps.ts';
import { scoreText } from '../src/domain/score-text.ts';

/** One module, audited, fixed and re-reviewed until it passes. */
export async function fixReviewModule(input: ModuleInput): Promise<ModuleEnd> {
  return runModule(input, fixReview);
}

/** The loop of fix-review; a module changes only to a candidate that was audited, reviewed and found better. */
export async function fixReview(run: ModuleRun): Promise<EndedModule> {
  const audited = await audit(run);
  if (audited.kind === 'missing') return run.ended('MISSING', audited.detail);
  if (audited.kind === 'skipped') return run.ended('SKIPPED', audited.detail);
  run.takeNote(audited.kind === 'audited' ? audited.version.hash : audited.hash);
  if (audited.kind === 'already-pass') {
    run.score = audited.score;
    return run.ended('ALREADY_PASS', 'audit and review pass for exactly these files');
  }
  const first = await reviewVersion(run, audited.version, audited.prompt, null, []);
  if (first.kind === 'unreadable')
    return run.ended('ERROR', `two reviews could not be read: ${first.reason}`, 'BadRequest');
  accept(run, audited.version, first);
  if (first.passed) return run.ended(run.changed ? 'FIXED' : 'PASS_ON_REVIEW', `review ${scoreText(first.score)}`);
  if (run.context.settings.reviewOnly) return run.ended('REVIEWED', first.reason);
  return fixUntilItPasses(run, reviewedVersion(audited.version, first), first);
}

type Judged = Extract<JudgeResult, { kind: 'judged' }> & { readonly review: string };
type Unreadable = Extract<JudgeResult, { kind: 'unreadable' }>;

async function fixUntilItPasses(run: ModuleRun, first: ReviewedVersion, verdict: Judged): Promise<EndedModule> {
  const onDisk = first;
  let base = first;
  let prompt = verdict.fixPrompt ?? '';
  let tries: string[] = [];
  let unchanged = 0;
  let reason = verdict.reason;
  /** What keeps the version that the next fix starts from from passing: its score, failing gates and low dimensions. */
  let open = verdict.reason;
  const seen = new Set([verdict.findings]);
  while (run.round < run.context.settings.maxRounds) {
    run.round += 1;
    const staged = await fixAndStage(run, base, prompt, tries);
    if (staged.kind === 'refused') {
      if (staged.unchanged) unchanged += 1;
      if (unchanged === 2) return notPassed(run, 'STUCK', `two fixes changed nothing: ${open}`);
      tries = [...tries, staged.reason];
      prompt = staged.fixPrompt;
      reason = `${staged.reason}; before it: ${open}`;
      continue;
    }
    const judged = await reviewVersion(run, staged.version, staged.prompt, base, tries);
    if (judged.kind === 'judged' && judged.better) {
      await place(run, { onDisk, base, version: staged.version, verdict: judged });
      if (judged.passed) return passed(run, judged);
      base = reviewedVersion(staged.version, judged);
      open = judged.reason;
      tries = [];
      unchanged = 0;
    } else {
      tries = [...tries, judged.reason];
    }
    reason = judged.reason;
    prompt = judged.fixPrompt ?? '';
    if (judged.kind === 'judged' && seen.has(judged.findings))
      return notPassed(run, 'STUCK', `the same findings twice: ${reason}`);
    if (judged.kind === 'judged') seen.add(judged.findings);
  }
  return notPassed(run, 'FAIL_AFTER_RETRIES', `${rounds(run)} used: ${reason}`);
}

function passed(run: ModuleRun, { score }: Judged): EndedModule {
  const detail = `review ${scoreText(score)} after ${rounds(run)}`;
  return isProposing(run) ? run.ended('PROPOSED', `proposed: ${detail}`) : run.ended('FIXED', detail);
}

/** An end without a pass; says where a better version waits for a person all the same. */
function notPassed(run: ModuleRun, outcome: 'STUCK' | 'FAIL_AFTER_RETRIES', detail: string): EndedModule {
  const better = run.proposedScore === null ? '' : `; a better version is proposed (${scoreText(run.proposedScore)})`;
  return run.cannotPass(outcome, `${detail.slice(0, 400)}${better}`);
}

const isProposing = (run: ModuleRun): boolean => run.context.settings.propose ?? false;

const rounds = (run: ModuleRun): string => `${run.round} ${run.round === 1 ? 'round' : 'rounds'}`;

const reviewedVersion = (version: AuditedVersion, verdict: Judged): ReviewedVersion => ({
  ...version,
  score: verdict.score,
  review: verdict.review,
});

/** Notes the version that is now in place. */
function accept(run: ModuleRun, version: AuditedVersion, verdict: Judged): void {
  run.hash = version.hash;
  run.score = verdict.score;
  run.reviewed = { hash: version.hash, review: verdict.review };
}

async function audit(run: ModuleRun): Promise<Exclude<AuditResult, { kind: 'command-needed' }>> {
  for (;;) {
    const result = await step('audit', { ...run.context, trustReview: !run.input.force });
    if (result.kind !== 'command-needed') return result;
    await run.auditCommand(result.hash);
  }
}

async function fixAndStage(
  run: ModuleRun,
  base: ReviewedVersion,
  prompt: string,
  tries: readonly string[],
): Promise<Exclude<StageResult, { kind: 'command-needed' }>> {
  const reply = await run.call('fix', prompt);
  for (;;) {
    const result = await step('stage', { ...run.context, base, reply, round: run.round, tries }, `stage r${run.round}`);
    if (result.kind !== 'command-needed') return result;
    await run.auditCommand(result.hash);
  }
}

/** Reviews and judges a version; a review that cannot be read is asked for again once. */
async function reviewVersion(
  run: ModuleRun,
  version: AuditedVersion,
  prompt: string,
  base: ReviewedVersion | null,
  tries: readonly string[],
): Promise<Judged | Unreadable> {
  const judge = async (reply: string): Promise<Judged | Unreadable> => {
    const input = { ...run.context, version, reply, base, round: run.round, tries };
    const result = await step('judge', input, `judge r${run.round}`);
    return result.kind === 'judged' ? { ...result, review: reply } : result;
  };
  const judged = await judge(await run.call('review', prompt));
  return judged.kind === 'judged' ? judged : judge(await run.call('review', judged.again, true));
}

/** A better candidate with the version that it was made from, and the one on disk: another one only where all is proposed. */
interface Better {
  readonly onDisk: ReviewedVersion;
  readonly base: ReviewedVersion;
  readonly version: AuditedVersion;
  readonly verdict: Judged;
}

/** Puts a better candidate in place, or keeps it as a proposal. */
async function place(run: ModuleRun, better: Better): Promise<void> {
  const result = await (isProposing(run) ? propose(run, better) : apply(run, better));
  if (result.kind === 'base-changed') run.wait('base-changed', null);
}

function propose(run: ModuleRun, { onDisk, version, verdict }: Better): Promise<ApplyResult> {
  const { round } = run;
  const { score, passed: passes, review } = verdict;
  const input = { base: onDisk.hash, baseScore: onDisk.score, candidate: version.hash, score, passes, review, round };
  run.suspicious ||= verdict.suspicious;
  run.proposedScore = score;
  return step('propose', { ...run.context, ...input }, `propose r${round}`);
}

async function apply(run: ModuleRun, { base, version, verdict }: Better): Promise<ApplyResult> {
  const input = { ...run.context, base: base.hash, candidate: version.hash, round: run.round };
  const result: ApplyResult = await step('apply', input, `apply r${run.round}`);
  if (result.kind === 'base-changed') return result;
  run.appliedRound = run.round;
  run.changed = true;
  run.suspicious ||= verdict.suspicious;
  accept(run, version, verdict);
  return result;
}
