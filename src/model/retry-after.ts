/** What a failed HTTP answer offers: header names in lower case, and its body, parsed. */
export interface RetryHints {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

const MS_PER_SECOND = 1000;
const RETRY_INFO = /google\.rpc\.RetryInfo$/;

/**
 * How long the provider asks to wait, in whole ms rounded up; null where it does not say. First found of: `retry-after-ms`,
 * `retry-after` (seconds or a date), and the body's `RetryInfo`. `now` is epoch ms, for the date.
 * A value that cannot be read counts as not said: a wait must never be NaN, negative or without end.
 */
export function retryAfterMs(hints: RetryHints, now: number): number | null {
  const headers = hints.headers ?? {};
  return (
    decimalMs(headers['retry-after-ms'], 1) ??
    decimalMs(headers['retry-after'], MS_PER_SECOND) ??
    dateMs(headers['retry-after'], now) ??
    retryInfoMs(hints.body)
  );
}

/** The `details` of a Google error body (`{ error: { details: […] } }`) as plain records; empty for any other body. */
export function errorDetails(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const details = record(record(body)['error'])['details'];
  return Array.isArray(details) ? details.map(record) : [];
}

/** The value as a record that can be asked for any key; empty for whatever is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Gemini sends no Retry-After: its wait stands in the body, as `"45.837906927s"`. */
function retryInfoMs(body: unknown): number | null {
  const info = errorDetails(body).find((detail) => RETRY_INFO.test(String(detail['@type'])));
  const delay = info?.['retryDelay'];
  return typeof delay === 'string' && delay.endsWith('s') ? decimalMs(delay.slice(0, -1), MS_PER_SECOND) : null;
}

function decimalMs(text: string | undefined, unitMs: number): number | null {
  if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text.trim())) return null;
  // Cut to ns first: 16.1 * 1000 is 16100.000000000002, which would round up to one ms too many.
  const ms = Math.ceil(Number((Number(text) * unitMs).toFixed(6)));
  return Number.isSafeInteger(ms) ? ms : null;
}

function dateMs(text: string | undefined, now: number): number | null {
  // Only a text with letters is a date: Date.parse takes "-5" for a year.
  if (text === undefined || !/[a-z]/i.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil(at - now));
}
