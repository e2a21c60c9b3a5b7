import { TypedError, type FailureType } from '../src/domain/failure.ts';
import { ModelError, type ModelErrorClass } from '../src/model/model.ts';
import type { Refusal } from '../src/concurrency/model-gate.ts';
import type { Sight } from '../src/concurrency/outages.ts';
import { LONGEST_CLOSED_MS } from '../src/store/model-gates.ts';

/** How often each class of failure was met in this call. */
export type Tries = Partial<Record<ModelErrorClass, number>>;

export type Move =
  /** Try again in here after `ms`. */
  | { readonly kind: 'retry'; readonly ms: number }
  /** No call may start for a while: none of the model, or none at its address. This one waits with the others. */
  | { readonly kind: 'close-gate'; readonly of: 'model' | 'address'; readonly gate: Pick<Refusal, 'kind' | 'waitMs'> }
  /** It concerns all calls of the model, and a person has to mend it. */
  | { readonly kind: 'block'; readonly failure: FailureType }
  | { readonly kind: 'fail'; readonly error: unknown };

/** The longest wait inside the activity, ms; a longer one would hold a permit that others could use. */
export const INSIDE_MS = 120_000;

/** Requests that a call makes on its own before it takes what it met for an outage, beyond the first. */
const QUICK_TRIES = 3;

/** Times that a request fails while others are answered before it is taken to be the request's own fault. */
const TIMES_ALONE = 6;

/** The first wait of an outage and its longest, ms. */
const FIRST_PROBE_MS = 10_000;
const LAST_PROBE_MS = 300_000;

/** The failure that each class comes to. */
export const FAILURE_OF: Readonly<Record<ModelErrorClass, FailureType>> = {
  quota: 'QuotaExhausted',
  rate: 'RateLimited',
  auth: 'AuthFailed',
  account: 'AccountRefused',
  model: 'ModelNotFound',
  setup: 'NotCallable',
  'provider-down': 'ProviderDown',
  network: 'NetworkDown',
  'bad-request': 'BadRequest',
};

/** 1 s, 2 s, 4 s … 60 s. */
const backoff = (times: number): number => Math.min(60_000, 1000 * 2 ** Math.min(times - 1, 10));

/** 10 s, 20 s, 40 s … 5 minutes. */
const probeMs = (times: number): number => Math.min(LAST_PROBE_MS, FIRST_PROBE_MS * 2 ** Math.min(times - 1, 10));

/** What else there is to know of a failed request. */
export interface Circumstances {
  /** Multiplies every wait: tests of long ones set it low. */
  readonly scale?: number;
  /** Whether it was asked for all, to learn whether a wait is over. */
  readonly isProbe?: boolean;
  /** How it fails beside others; null where its model has no gate. */
  readonly sight?: Sight | null;
}

/**
 * What to do after a failed request; counts it in `tries`. An error that is no ModelError is not ours to judge: it fails.
 * What the provider asks for is a floor of ours at least, or a header of 0 would be asked again at once, for ever; and an hour
 * at most, or one of the year 9999 would close the model for good.
 */
export function nextMove(
  error: unknown,
  tries: Tries,
  { scale = 1, isProbe = false, sight = null }: Circumstances = {},
): Move {
  if (!(error instanceof ModelError)) return { kind: 'fail', error };
  const { errorClass, retryAfterMs } = error;
  const count = (tries[errorClass] ?? 0) + 1;
  tries[errorClass] = count;
  const wait = (own: number): number =>
    Math.ceil(Math.min(LONGEST_CLOSED_MS, Math.max(own, retryAfterMs ?? 0)) * scale);
  switch (errorClass) {
    case 'rate':
      return {
        kind: 'close-gate',
        of: 'model',
        gate: { kind: 'rate', waitMs: (times) => wait(backoff(Math.max(times, count))) },
      };
    case 'quota':
      // Gemini names some 45 s with a quota of the day, too, which is not over then.
      return { kind: 'close-gate', of: 'model', gate: { kind: 'quota', waitMs: () => wait(LONGEST_CLOSED_MS) } };
    case 'provider-down':
    case 'network': {
      const inside = Math.min(wait(backoff(count)), Math.ceil(INSIDE_MS * scale));
      if (sight === null) return count > TIMES_ALONE ? failed(error, '') : { kind: 'retry', ms: inside };
      if (isItsOwn(sight)) return failed(error, ALONE);
      if (!isProbe && sight.dark <= QUICK_TRIES) return { kind: 'retry', ms: inside };
      const of = errorClass === 'network' ? 'address' : 'model';
      return { kind: 'close-gate', of, gate: { kind: 'outage', waitMs: (times) => wait(probeMs(times)) } };
    }
    case 'bad-request':
      return failed(error, 'The provider will refuse it again: change the model or the prompt.');
    default:
      return { kind: 'block', failure: FAILURE_OF[errorClass] };
  }
}

/**
 * Whether the fault is the request's own: others are answered again and again while it fails. Where it is the last one, nobody
 * else can be answered any more: then it is enough that others were since its first failure, and that none fails with it.
 */
const isItsOwn = ({ alone, dark, only }: Sight): boolean =>
  alone >= TIMES_ALONE || (alone > 0 && only && dark > TIMES_ALONE);

const ALONE =
  'Other requests were answered meanwhile, so the fault lies with this one. Retry the module later, or with another model.';

function failed({ errorClass, message }: ModelError, advice: string): Move {
  const text = `${message.replace(/\.?$/, '.')} ${advice}`.trim();
  return { kind: 'fail', error: new TypedError(FAILURE_OF[errorClass], text) };
}
