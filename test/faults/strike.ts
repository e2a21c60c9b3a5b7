import { setTimeout as sleep } from 'node:timers/promises';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { keptReplies } from '../helpers/kept-replies.ts';
import { signalOne } from './processes.ts';
import { inHand } from './requests.ts';

/** Requests may still be on their way to the model at a kill; no successor asks as soon as that, ms. */
export const ON_THE_WAY_MS = 150;

/** What a kill is measured on: the model that counts the requests, and the workspace that keeps their replies. */
interface Struck {
  readonly server: GeminiServer;
  readonly folder: string;
}

/**
 * Kills processes at one moment; gives the number of requests that may have to be asked again: those that were out, or
 * whose reply had only just left the model, and that have no reply on disk.
 */
export async function strike({ server, folder }: Struck, pids: readonly number[]): Promise<number> {
  const from = Date.now();
  for (const pid of pids) signalOne(pid, 'SIGKILL');
  const to = Date.now() + ON_THE_WAY_MS;
  await sleep(ON_THE_WAY_MS);
  if (pids.length === 0) return 0;
  return Math.min(inHand(server, from, to), server.requests.length - keptReplies(folder));
}
