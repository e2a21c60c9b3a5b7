const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 8 * 86_400_000;

/** `retryDelay": "45.8s"`, `retry-after: 30`, `try again in 2 hours 5 minutes`. */
const DELAY =
  /(?:re-?try[ _-]?(?:after|delay|in)|again (?:in|after)|resets? (?:in|after))\W{0,4}((?:\d+(?:\.\d+)?\s*[a-z]*[\s,]*(?:and )?)+)/i;
/** `resets at 2026-11-24T18:00:00Z`. */
const DATE = /\b(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))/;
/** `limit reached|1760000000`: seconds since 1970. */
const EPOCH = /(?:limit|reset)[^\n]{0,40}?\b(1[6-9]\d{8}|2\d{9})\b/i;

/**
 * How long a command's words ask to wait, in whole ms; null where they do not say. A time of day without its date is not
 * read: nobody knows whose it is.
 */
export function waitIn(text: string, now: number): number | null {
  const date = DATE.exec(text)?.[1];
  const epoch = EPOCH.exec(text)?.[1];
  const ms =
    delayMs(DELAY.exec(text)?.[1]) ??
    (epoch === undefined ? null : Number(epoch) * 1000 - now) ??
    (date === undefined ? null : Date.parse(date) - now);
  // A moment that is past, or no wait at all, would be asked again at once, and so on: it counts as not said.
  return ms === null || !(ms > 0) ? null : Math.min(LONGEST_MS, Math.ceil(ms));
}

/** `2 hours 5 minutes`, `45.8s`, `30`: seconds where there is no unit. */
function delayMs(text: string | undefined): number | null {
  if (text === undefined) return null;
  let sum: number | null = null;
  for (const [, number = '', word = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/gi)) {
    const unit = /^(?:ms|milli)/i.test(word) ? 'ms' : (word[0]?.toLowerCase() ?? 's');
    const size = UNIT_MS[unit];
    if (size === undefined) break;
    sum = (sum ?? 0) + Number((Number(number) * size).toFixed(3));
  }
  return sum;
}
