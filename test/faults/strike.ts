import { setTimeout as sleep } from 'node:timers/promises';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { signalOne } from './processes.ts';
import { inHand } from './requests.ts';

/** Requests may still be on their way to the model at a kill; no successor asks as soon as that, ms. */
const ON_THE_WAY_MS = 60;

/** Kills processes at one moment; gives the number of requests that were out then: what may have to be asked again. */
export async function strike({ server }: { readonly server: GeminiServer }, pids: readonly number[]): Promise<number> {
  const from = Date.now();
  for (const pid of pids) signalOne(pid, 'SIGKILL');
  const to = Date.now() + ON_THE_WAY_MS;
  await sleep(ON_THE_WAY_MS);
  return pids.length === 0 ? 0 : inHand(server, from, to);
}
