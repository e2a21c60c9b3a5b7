import { ModelError, type Model } from '../model/model.ts';

/** How long a model may take for a word, ms. */
const DEADLINE_MS = 15_000;

const PROMPT = 'Reply with the word ok and nothing else.';

/** Asks a model for a word; says what came. */
export async function tryModel(model: Model, name: string): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const started = performance.now();
  try {
    await model.ask({ ask: 'research', model: name, prompt: PROMPT, signal });
    return { ok: true, detail: `ok, answered in ${((performance.now() - started) / 1000).toFixed(1)} s` };
  } catch (error) {
    if (signal.aborted) return { ok: false, detail: `no answer within ${DEADLINE_MS / 1000} s` };
    if (!(error instanceof ModelError)) throw error;
    return { ok: false, detail: `${word(error)}: ${error.message}` };
  }
}

function word({ errorClass }: ModelError): string {
  return {
    auth: 'key refused',
    account: 'account refused',
    model: 'model not found',
    setup: 'not set up',
    network: 'unreachable',
    rate: 'rate limit',
    quota: 'quota used up',
    'provider-down': 'provider down',
    'bad-request': 'refused',
  }[errorClass];
}
