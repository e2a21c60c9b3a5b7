import { ModelError, type Model, type ModelReply } from '../model.ts';
import { offlineFix } from './fix.ts';
import { LATENCY_VARIABLE, latencyOf, meanLatency, pause } from './latency.ts';
import { readRequest, type OfflineRequest } from './request.ts';
import { offlineResearch } from './research.ts';
import { offlineReview } from './review.ts';

const ANSWERS: Readonly<Record<OfflineRequest['ask'], (request: OfflineRequest) => string>> = {
  review: offlineReview,
  fix: offlineFix,
  research: offlineResearch,
};

/**
 * The shipped model `offline/rules-1`: rules instead of a network. It reads the prompt as a real model would and replies in
 * the same form; the same prompt gets the same reply. It measures and mends what a rule can, and invents no content.
 * How long a call takes is set by BATCH_MANAGER_OFFLINE_LATENCY_MS (mean, default 150).
 */
export function createOfflineModel(env: Readonly<Record<string, string | undefined>> = process.env): Model {
  const notANumber = (): ModelError => {
    const value = env[LATENCY_VARIABLE];
    const message = `${LATENCY_VARIABLE} is "${value}". It wants milliseconds, 0 to 3600000: ${LATENCY_VARIABLE}=150`;
    return new ModelError('setup', message);
  };
  return {
    provider: 'offline',
    missing: () => (meanLatency(env) === null ? notANumber() : null),
    gate: () => null,
    addressGate: () => null,
    async ask({ ask, prompt, signal }) {
      const mean = meanLatency(env);
      if (mean === null) throw notANumber();
      await pause(latencyOf(prompt, mean), signal);
      const request = readRequest(ask, prompt);
      if (request === null)
        throw new ModelError('bad-request', 'The prompt shows no module: it has no ===FILE …=== block.');
      return replyOf(ANSWERS[request.ask](request));
    },
  };
}

/** A rule-based model counts no tokens. */
function replyOf(text: string): ModelReply {
  const usage = { inputTokens: null, outputTokens: null, reasoningTokens: null, cachedInputTokens: null };
  return { text, finishReason: 'stop', usage };
}
