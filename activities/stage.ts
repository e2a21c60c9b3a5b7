import { readYaml } from '../src/yaml/read-yaml.ts';
import { placeOf } from '../src/yaml/yaml-problems.ts';
import { requestsOf, type Requests } from '../src/domain/asked-for.ts';
import { applyLineEnds, checkFix, isUnchanged } from '../src/domain/guards.ts';
import { wordTarget } from '../src/audit/word-target.ts';
import { auditText, refusedText, stagedText } from '../src/domain/log-texts.ts';
import { moduleKey, type FixableKind, type ModuleText } from '../src/domain/module.ts';
import { extractReview, parseFixReply, unfinished } from '../src/domain/reply.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { StoredReply } from '../src/store/replies.ts';
import type { StoredVersion } from '../src/store/versions.ts';
import type { ModuleSteps, StageInput, StageResult } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { audited, fixPrompt, replyOf, reportOn, reviewPrompt } from './versions.ts';

/** Turns a fix reply into a candidate: guards, staged files, their audit, and the prompt of their review. */
export function createStage(deps: Deps): ModuleSteps['stage'] {
  return async (input) => {
    const base = await deps.work.version(input.base.hash);
    const review = await reviewOf(deps, input);
    const requests = requestsOf(review, base.text.files.plan, input.personNote);
    const read = readFix(base, await replyOf(deps, input.reply), requests);
    if ('refused' in read) return refuse(deps, input, base, review, read);
    const candidate = await deps.work.stage(base, read.files);
    const report = await reportOn(deps, candidate);
    if (report === null) return { kind: 'command-needed', hash: candidate.hash };
    const version = audited(candidate.hash, report);
    const files = Object.keys(read.files);
    await log(deps, input, stagedText(files, auditText(report.passed, version.failing)));
    return { kind: 'staged', version, files, prompt: await reviewPrompt(deps, candidate, report, base) };
  };
}

interface RefusedFix {
  readonly refused: string;
  readonly unchanged: boolean;
}

type ReadFix = { readonly files: Partial<Record<FixableKind, string>> } | RefusedFix;

/** The review that the fix was asked for with. */
async function reviewOf(deps: Deps, { base }: StageInput): Promise<string> {
  const { text } = await replyOf(deps, base.review);
  return extractReview(text) ?? text;
}

function readFix(base: StoredVersion, reply: StoredReply, requests: Requests): ReadFix {
  const ended = unfinished(reply.finishReason);
  if (ended !== null) return { refused: ended, unchanged: false };
  const parsed = parseFixReply(reply.text);
  if (!parsed.ok) return { refused: parsed.reason, unchanged: false };
  const { blocks } = parsed;
  if (isUnchanged(base.text, blocks)) return { refused: 'the reply changed nothing', unchanged: true };
  const reasons = checkFix({ base: base.text, blocks, requests, wordTarget: wordTargetOf(base.text), yamlError });
  if (reasons.length > 0) return { refused: reasons.join('; '), unchanged: false };
  const files = Object.entries(blocks).map(([kind, block]) => [
    kind,
    applyLineEnds(base.text.files[kind as FixableKind], block),
  ]);
  return { files: Object.fromEntries(files) as Partial<Record<FixableKind, string>> };
}

/** The word target of meta or plan; undefined where neither has one. */
function wordTargetOf({ files }: ModuleText): number | undefined {
  const [meta, plan] = [files.meta, files.plan].map((text) => readYaml(text ?? '').value);
  const target = wordTarget('plan', meta, plan, Number.NaN);
  return Number.isNaN(target) ? undefined : target;
}

/** Why a sidecar does not parse, with its place; null where it does. A reply's YAML may be anything: it is read with a guard. */
function yamlError(kind: FixableKind, text: string): string | null {
  const [problem] = readYaml(text).problems;
  return problem === undefined ? null : `${kind}: ${problem.message} (${placeOf(problem)})`;
}

async function refuse(
  deps: Deps,
  input: StageInput,
  base: StoredVersion,
  review: string,
  { refused, unchanged }: RefusedFix,
): Promise<StageResult> {
  const short = refused.slice(0, 300);
  await deps.replies.markUseless(input.reply, input.taskId);
  await log(deps, input, refusedText(short));
  return {
    kind: 'refused',
    unchanged,
    reason: short,
    fixPrompt: await fixPrompt(deps, input, base, review, [...input.tries, short]),
  };
}

const log = (deps: Deps, input: StageInput, text: string): Promise<void> =>
  appendLog(deps.workspace, input.taskId, { subject: moduleKey(input.module), event: `stage r${input.round}`, text });
