import { createOfflineModel } from '../../src/model/offline/offline.ts';
import type { Ask } from '../../src/model/model.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from './gemini-server.ts';

/** What a prompt asks for, by what it wants the reply to begin with. */
const ASKS: readonly (readonly [string, Ask])[] = [
  ['===CONTENT_START===', 'fix'],
  ['===RESEARCH_START===', 'research'],
];

/** Answers of the offline model: real replies, as slow as asked. */
export function thinkingScript(latencyMs: (prompt: string, n: number) => number): GeminiScript {
  process.env.BATCH_MANAGER_OFFLINE_LATENCY_MS = '0';
  const model = createOfflineModel();
  return async ({ prompt, n }) => {
    const ask: Ask = ASKS.find(([mark]) => prompt.includes(mark))?.[1] ?? 'review';
    const { text } = await model.ask({ ask, model: 'rules-1', prompt, signal: new AbortController().signal });
    return { text, delayMs: latencyMs(prompt, n) };
  };
}

/** A Gemini server on loopback whose answers are the offline model's, counted. */
export function startThinkingServer(latencyMs: (prompt: string, n: number) => number): Promise<GeminiServer> {
  return startGeminiServer(thinkingScript(latencyMs));
}

/** Environment that points the Google provider at a server. */
export function googleAt(server: GeminiServer): NodeJS.ProcessEnv {
  return {
    GEMINI_API_KEY: 'test-key',
    GOOGLE_GEMINI_BASE_URL: server.url,
    BATCH_MANAGER_MODEL: 'google/gemini-2.5-flash',
  };
}
