import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from './curriculum.ts';
import type { GeminiReply } from './gemini-reply.ts';
import type { GeminiScript } from './gemini-server.ts';
import { thinkingScript } from './thinking-server.ts';

/** Settings by which a million tokens cost 1 USD in and 10 out. */
export const PRICES = 'prices:\n  google/gemini-2.5-flash: { input: 1, output: 10 }\n';

/** USD that each call of the priced script costs then: 100,000 tokens in and 10,000 out. */
export const A_CALL = 0.2;

const usage = { promptTokenCount: 100_000, candidatesTokenCount: 10_000, totalTokenCount: 110_000 };

/** The thinking script, with replies that all cost the same. */
export function pricedScript(latencyMs: number): GeminiScript {
  const think = thinkingScript(() => latencyMs);
  return async (request) => ({ ...((await think(request)) as GeminiReply), usage });
}

/** Adds lines to a workspace's settings. */
export function addSettings(folder: string, lines: string): void {
  const settings = readFileSync(join(folder, 'batch-manager.yaml'), 'utf8');
  writeTree(folder, { 'batch-manager.yaml': `${settings}${lines}` });
}
