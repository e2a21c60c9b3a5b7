/** The two ways to tell somebody. Each gives what is to be said of it in the log, and neither fails. */
import { fetchThrough } from '../model/proxied-fetch.ts';
import { proxyFor } from '../model/proxy.ts';
import { runInGroup } from '../process/group.ts';
import type { Notice } from './notice.ts';

/** Output of a command that is kept, bytes. */
const OUTPUT_BYTES = 4096;

export interface SendOptions {
  readonly notice: Notice;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Where proxies are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a command of the shell with the notice as JSON on its standard input; no process of it is left behind. */
export async function sendByCommand(command: string, cwd: string, options: SendOptions): Promise<string> {
  const { notice, timeoutMs, signal } = options;
  const env = {
    ...process.env,
    BATCH_MANAGER_EVENT: notice.event,
    BATCH_MANAGER_TASK: notice.task_id,
    BATCH_MANAGER_STATUS: notice.status,
    BATCH_MANAGER_REASON: notice.reason ?? '',
  };
  const stdin = `${JSON.stringify(notice)}\n`;
  try {
    const words = ['/bin/sh', '-c', command];
    const run = { command: words, cwd, env, stdin, signal, timeoutMs, maxOutputBytes: OUTPUT_BYTES };
    const { exitCode, signal: killedBy, timedOut, stderr } = await runInGroup(run);
    if (timedOut) return `the command took longer than ${timeoutMs / 1000} s and was ended`;
    const end = killedBy === null ? `exit ${exitCode}` : `killed by ${killedBy}`;
    return `the command ended with ${end}${exitCode === 0 || stderr === '' ? '' : `: ${stderr.trim().slice(-200)}`}`;
  } catch (error) {
    return signal.aborted ? 'the command was ended with the worker' : `the command was not run: ${messageOf(error)}`;
  }
}

/** Posts the notice as JSON. What is said names the host only: a path may hold a secret. */
export async function sendByPost(url: string, { notice, timeoutMs, signal, env }: SendOptions): Promise<string> {
  const { origin } = new URL(url);
  try {
    const proxy = proxyFor(url, env);
    const send = proxy === null ? fetch : await fetchThrough(proxy, url);
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'batch-manager' },
      body: JSON.stringify(notice),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return `${origin} answered ${response.status}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return isLate
      ? `${origin} gave no answer within ${timeoutMs / 1000} s`
      : `${origin} was not reached: ${messageOf(error)}`;
  }
}

/** An error's own words, and those of its cause: fetch says the reason there only. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : null;
  return code === null ? error.message : code;
}
