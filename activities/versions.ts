/** What several steps need to know of a version: its audit report, the prompts made from it, and its files' places. */
import { auditReport, errorCount, failingGates, type AuditReport } from '../src/domain/audit.ts';
import { TypedError } from '../src/domain/failure.ts';
import type { ModuleRef } from '../src/domain/module.ts';
import { modulePaths, type ModulePaths } from '../src/store/module-files.ts';
import type { StoredReply } from '../src/store/replies.ts';
import type { StoredVersion } from '../src/store/versions.ts';
import type { AuditedVersion, StepContext } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** The paths of a module in the manifest's folder. */
export async function pathsOf(deps: Deps, ref: ModuleRef): Promise<ModulePaths> {
  return modulePaths(deps.manifest().folder, ref);
}

/** The report on a version, from the cache or made now; null where the audit command has to run on it first. */
export async function reportOn(deps: Deps, version: StoredVersion): Promise<AuditReport | null> {
  // Taken once: a change of the settings in the midst must not put a report under another key.
  const { auditor, auditCommand } = deps;
  const known = await deps.audits.report(version.hash, auditor.key);
  const report = known ?? (await auditor.audit(version.text));
  if (known === null) await deps.audits.put(version.hash, auditor.key, report);
  if (auditCommand === null) return report;
  const command = await deps.audits.gate(version.hash, auditCommand.key);
  return command === null ? null : auditReport([...report.gates, command]);
}

/** The report on a version that an earlier step audited. */
export async function knownReport(deps: Deps, version: StoredVersion): Promise<AuditReport> {
  const report = await reportOn(deps, version);
  if (report === null)
    throw new TypedError('WorkLost', `The audit command's result for ${version.hash.slice(0, 12)} is gone.`);
  return report;
}

/** The short form of a report that goes through history. */
export function audited(hash: string, report: AuditReport): AuditedVersion {
  return { hash, auditPassed: report.passed, errors: errorCount(report), failing: failingGates(report).slice(0, 20) };
}

/**
 * Keeps the review prompt of a version and gives its hash; of a candidate it tells what is gone from its base. It names no
 * round and no task, so that a replay meets it again.
 */
export async function reviewPrompt(
  deps: Deps,
  version: StoredVersion,
  report: AuditReport,
  base?: StoredVersion,
): Promise<string> {
  return deps.work.putPrompt(deps.prompts().review({ text: version.text, audit: report, base: base?.text }));
}

/**
 * Keeps the prompt of the next fix of a base: its files, audit and review, why tries on this very base failed, and before them
 * what a person says.
 */
export async function fixPrompt(
  deps: Deps,
  { personNote }: Pick<StepContext, 'personNote'>,
  base: StoredVersion,
  review: string,
  tries: readonly string[],
): Promise<string> {
  const audit = await knownReport(deps, base);
  const said = personNote === undefined ? [] : [`A person who looked at the module says: ${personNote}`];
  return deps.work.putPrompt(
    deps.prompts().fix({ text: base.text, audit, review: { text: review }, tries: [...said, ...tries] }),
  );
}

/** A reply that an earlier call kept. */
export async function replyOf(deps: Deps, key: string): Promise<StoredReply> {
  const reply = await deps.replies.get(key);
  if (reply === null)
    throw new TypedError('WorkLost', `The reply ${key.slice(0, 12)} is gone from .batch-manager/replies.`);
  return reply;
}
