import { stripVTControlCharacters } from 'node:util';
import type { GateResult } from '../domain/audit.ts';
import { TypedError } from '../domain/failure.ts';
import { runInGroup, type GroupResult } from '../process/group.ts';
import { lastBytes } from '../process/output-tail.ts';
import { commandWords, type CommandValues } from './command-words.ts';
import { VALUE_VARIABLES } from './shell-script.ts';

const GATE = 'command';

/** Output of the command that is kept, bytes. */
const OUTPUT_BYTES = 64 * 1024;

/** Output that goes into the finding, and so into the fix prompt, bytes. */
const FINDING_BYTES = 1024;

/** How often a command that dies by a signal of its own is started, before that is what the audit found. */
const CRASH_TRIES = 3;

export interface AuditCommandRun extends CommandValues {
  /** The template from the settings: `python scripts/audit.py {file}`. */
  readonly command: string;
  /** Where it runs; `root` where it is left out. */
  readonly cwd?: string;
  readonly signal: AbortSignal;
  /** Default 120 s; 0 is no limit. */
  readonly timeoutMs?: number;
}

export interface CommandGateResult extends GateResult {
  /** The end of its output, standard output before standard error, at most 64 KB. */
  readonly output: string;
}

/**
 * Runs the workspace's own audit command as one more gate, named `command`: exit 0 passes; anything else, a time-out or a
 * third crash fails with the end of its output. Rejects with the signal's reason once aborted (no process of it is left), and
 * with TypedError `BadRequest` where the command cannot be run at all.
 */
export async function runAuditCommand(run: AuditCommandRun): Promise<CommandGateResult> {
  const { file, track, slug, root, timeoutMs = 120_000 } = run;
  const values = { file, track, slug, root };
  const words = commandWords(run.command, values);
  for (let tries = 1; ; tries += 1) {
    const result = await runWords(words, values, { ...run, timeoutMs });
    const crashed = result.signal !== null && !result.timedOut;
    if (!crashed || tries === CRASH_TRIES) return gateResult(result, timeoutMs);
  }
}

async function runWords(
  command: readonly string[],
  values: CommandValues,
  { cwd, root, signal, timeoutMs }: AuditCommandRun & { readonly timeoutMs: number },
): Promise<GroupResult> {
  const variables = Object.entries(VALUE_VARIABLES).map(([name, variable]) => [
    variable,
    values[name as keyof CommandValues],
  ]);
  const env = { ...process.env, ...Object.fromEntries(variables) };
  // A timer of 0 ms would fire at once, and fail every module.
  const limit = timeoutMs === 0 ? Infinity : timeoutMs;
  try {
    return await runInGroup({
      command,
      cwd: cwd ?? root,
      env,
      signal,
      timeoutMs: limit,
      maxOutputBytes: OUTPUT_BYTES,
    });
  } catch (error) {
    if (signal.aborted || !(error instanceof TypedError)) throw error;
    const message = `audit.command: ${error.message}. Mend it in batch-manager.yaml, or see: batch-manager doctor`;
    throw new TypedError(error.type, message, { cause: error });
  }
}

function gateResult(result: GroupResult, timeoutMs: number): CommandGateResult {
  const output = lastBytes(Buffer.from(joined(result.stdout, result.stderr)), OUTPUT_BYTES);
  const message = ending(result, timeoutMs);
  if (result.exitCode === 0 && !result.timedOut) {
    return { gate: GATE, status: 'pass', message, findings: [], output };
  }
  const tail = lastBytes(Buffer.from(stripVTControlCharacters(output).trim()), FINDING_BYTES);
  const finding = {
    gate: GATE,
    severity: 'error',
    message: tail === '' ? `${message}, without output` : `${message}: ${tail}`,
    hint: hint(result),
  } as const;
  return { gate: GATE, status: 'fail', message, findings: [finding], output };
}

/** How the command ended: `exit 1`, `killed by SIGSEGV`, `timed out after 120 s`. */
function ending({ exitCode, signal, timedOut }: GroupResult, timeoutMs: number): string {
  if (timedOut) return `timed out after ${timeoutMs / 1000} s`;
  return signal === null ? `exit ${exitCode}` : `killed by ${signal}, ${CRASH_TRIES} times`;
}

function hint({ signal, timedOut }: GroupResult): string {
  if (timedOut) return 'The audit command did not end in time; audit.timeout in batch-manager.yaml gives it more.';
  if (signal !== null) return 'The audit command crashes on this module: look into the command.';
  return 'Mend what the audit command reports.';
}

function joined(stdout: string, stderr: string): string {
  return stdout === '' || stderr === '' || stdout.endsWith('\n') ? stdout + stderr : `${stdout}\n${stderr}`;
}
