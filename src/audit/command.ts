import type { Finding, GateResult } from '../domain/audit.ts';
import { TypedError } from '../domain/failure.ts';
import { runInGroup, type GroupResult } from '../process/group.ts';

/** Output of the command that is kept, bytes of each stream, and that goes into a finding, characters. */
const KEPT_BYTES = 64 * 1024;
const FINDING_CHARS = 1000;

export interface AuditCommandRun {
  /** Words with `{file}`, `{track}`, `{slug}` and `{root}`; no shell reads it. */
  readonly command: string;
  readonly file: string;
  readonly track: string;
  readonly slug: string;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Runs the external audit command as one more gate: exit code 0 passes. Its process group is killed whole on abort and
 * time-out. Rejects with the signal's reason once aborted, and with TypedError `BadRequest` where it cannot be started.
 */
export async function runAuditCommand(run: AuditCommandRun): Promise<GateResult & { readonly output: string }> {
  const command = fillCommand(run.command, run);
  const { signal, timeoutMs, root: cwd } = run;
  const result = await runInGroup({ command, cwd, env: process.env, signal, timeoutMs, maxOutputBytes: KEPT_BYTES });
  const output = `${result.stdout}${result.stderr}`;
  const failure = failureOf(result, timeoutMs);
  if (failure === null) return { gate: 'command', status: 'pass', message: 'exit code 0', findings: [], output };
  return { gate: 'command', status: 'fail', message: failure, findings: [finding(failure, output)], output };
}

function failureOf(result: GroupResult, timeoutMs: number): string | null {
  if (result.timedOut) return `no result within ${timeoutMs / 1000} s`;
  if (result.signal !== null) return `ended by ${result.signal}`;
  return result.exitCode === 0 ? null : `exit code ${result.exitCode ?? '?'}`;
}

function finding(failure: string, output: string): Finding {
  const said = output.trim().slice(-FINDING_CHARS);
  const message =
    said === '' ? `The audit command failed: ${failure}` : `The audit command failed: ${failure}. It said: ${said}`;
  return { gate: 'command', severity: 'error', message, hint: 'Mend what the audit command complains of.' };
}

/**
 * Splits a command template into words (blanks separate, single and double quotes hold together) and fills in the values:
 * after the split, so that no path can become two words.
 * @throws TypedError BadRequest for an empty template, an open quote, or a `{name}` that is not known.
 */
export function fillCommand(
  template: string,
  values: Pick<AuditCommandRun, 'file' | 'track' | 'slug' | 'root'>,
): string[] {
  const words = splitWords(template);
  if (words.length === 0) throw new TypedError('BadRequest', 'audit.command in batch-manager.yaml is empty.');
  const known: Readonly<Record<string, string>> = {
    file: values.file,
    track: values.track,
    slug: values.slug,
    root: values.root,
  };
  return words.map((word) =>
    word.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = known[name];
      if (value !== undefined) return value;
      throw new TypedError('BadRequest', `audit.command has {${name}}; known are {file}, {track}, {slug} and {root}.`);
    }),
  );
}

function splitWords(template: string): string[] {
  const parts = template.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+|['"]/g) ?? [];
  if (parts.some((part) => part === "'" || part === '"')) {
    throw new TypedError('BadRequest', `audit.command has a quote that is not closed: ${template}`);
  }
  return parts.map((part) =>
    part.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
