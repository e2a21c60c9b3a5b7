import { TypedError, type FailureType } from '../src/domain/failure.ts';
import { ModelError, type ModelErrorClass } from '../src/model/model.ts';

/** How often each class of failure was met in this call. */
export type Tries = Partial<Record<ModelErrorClass, number>>;

export type Move =
  /** Try again in here after `ms`. */
  | { readonly kind: 'retry'; readonly ms: number; readonly message: string }
  /** No call of the model may start for `ms`; this one waits with the others. */
  | { readonly kind: 'close-gate'; readonly ms: number; readonly message: string; readonly reason: string }
  | { readonly kind: 'fail'; readonly error: unknown };

/** The longest wait inside the activity, ms; a longer one would hold a permit that others could use. */
export const INSIDE_MS = 120_000;

/** A quota that says no time is asked for again after this, ms. */
const QUOTA_MS = 3_600_000;

interface Policy {
  readonly type: FailureType;
  /** Tries before the class ends the module; 0: at once. */
  readonly tries: number;
  /** What a person can do about it. */
  readonly advice: string;
}

const POLICIES: Record<ModelErrorClass, Policy> = {
  quota: { type: 'QuotaExhausted', tries: Number.POSITIVE_INFINITY, advice: '' },
  rate: { type: 'RateLimited', tries: Number.POSITIVE_INFINITY, advice: '' },
  auth: { type: 'AuthFailed', tries: 0, advice: 'Check the key with: batch-manager doctor' },
  'provider-down': { type: 'ProviderDown', tries: 6, advice: 'Retry the module when the provider is up again.' },
  network: { type: 'NetworkDown', tries: 6, advice: 'Check the network, then retry the module.' },
  'bad-request': {
    type: 'BadRequest',
    tries: 0,
    advice: 'The provider will refuse it again: change the model or the prompt.',
  },
};

/** 1 s, 2 s, 4 s … 60 s. */
const backoff = (tries: number): number => Math.min(60_000, 1000 * 2 ** (tries - 1));

/**
 * How long to wait. Gemini names some 45 s with a daily quota, too, which is not over then; and only a rate limit or a quota
 * may close the module: another class that did would begin its tries anew with each start.
 */
function waitMs(errorClass: ModelErrorClass, asked: number | null, count: number): number {
  if (errorClass === 'quota') return Math.max(QUOTA_MS, asked ?? 0);
  const ms = Math.ceil(asked ?? backoff(count));
  return errorClass === 'rate' ? ms : Math.min(ms, INSIDE_MS);
}

/**
 * What to do after a failed request; counts it in `tries`. An error that is no ModelError is not ours to judge: it fails.
 * `scale` multiplies every wait: tests of long ones set it low.
 * Rate limits and quotas use up no try, they only wait, at the model's gate: inside for up to two minutes, else as WAIT.
 */
export function nextMove(error: unknown, tries: Tries, scale = 1): Move {
  if (!(error instanceof ModelError)) return { kind: 'fail', error };
  const { errorClass } = error;
  const policy = POLICIES[errorClass];
  const count = (tries[errorClass] ?? 0) + 1;
  tries[errorClass] = count;
  if (count > policy.tries)
    return {
      kind: 'fail',
      error: new TypedError(policy.type, `${error.message.replace(/\.?$/, '.')} ${policy.advice}`.trim()),
    };
  const ms = Math.ceil(waitMs(errorClass, error.retryAfterMs, count) * scale);
  const message = `${errorClass}: ${error.message}; again in ${Math.round(ms / 1000)} s`;
  if (errorClass === 'rate' || errorClass === 'quota')
    return { kind: 'close-gate', ms, message, reason: error.message };
  return { kind: 'retry', ms, message };
}
