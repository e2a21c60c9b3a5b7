import type { ModelErrorClass } from '../model.ts';
import type { CliFailure } from './template.ts';

/** How a command ended, and what it said. */
export interface CliEnd {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly said: string;
}

/** What the words of any command tell, in this order: a 429 for a used-up quota is a quota, a login that timed out is none. */
const GENERAL: readonly (readonly [ModelErrorClass, RegExp])[] = [
  [
    'account',
    /insufficient[_ ](?:quota|credit|fund|balance)|credit balance|payment required|\b402\b|billing[_ ](?:error|(?:is )?(?:disabled|not active))|location is not supported|\blimit: ?0(?![\d.])/i,
  ],
  [
    'quota',
    /quota (?:exceeded|exhausted|reached)|(?:daily|monthly|weekly) (?:quota|limit)|usage limit|hit your (?:\w+ )?limit|limit reached/i,
  ],
  ['rate', /\b429\b|rate.?limit|too many requests|resource.?exhausted|throttl/i],
  [
    'auth',
    /\b40[13]\b|unauthori[sz]ed|permission.denied|invalid.{0,12}api.?key|api.?key.{0,20}(?:not valid|invalid|missing|not (?:set|found)|required)|no api.?key|not logged in|please (?:log|sign) ?in|login required|\/login\b|not authenticated|authentication (?:failed|required|error)|no (?:auth|key) found/i,
  ],
  [
    'network',
    /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|UND_ERR|fetch failed|network error|could not resolve|connection (?:refused|reset|error|failed|timed out)|socket hang up|error sending request/i,
  ],
  ['provider-down', /\b50[0-9]\b|\b529\b|overloaded|unavailable|internal server error|bad gateway/i],
  ['model', /\b404\b|unknown model|model.{0,60}not (?:found|exist|supported|available)|not.?found.?error/i],
  [
    'setup',
    /unknown (?:option|argument|flag|command)|unrecogni[sz]ed (?:option|argument|flag|command)|unexpected argument|no such option|^usage:/im,
  ],
  ['bad-request', /\b400\b|\b422\b|invalid.?argument|unrecogni[sz]ed/i],
];

/** What a shell says of a command that cannot be run. */
const NOT_RUN: ReadonlySet<number | null> = new Set([126, 127]);

/**
 * The class of a failed call: by the template's rules, else by what any command would say. What says nothing may be anything
 * and is tried again, as a provider that is down.
 */
export function failureClass(end: CliEnd, rules: readonly CliFailure[] = []): ModelErrorClass {
  const rule = rules.find((candidate) => applies(candidate, end));
  if (rule !== undefined) return rule.class;
  if (NOT_RUN.has(end.exitCode)) return 'setup';
  return GENERAL.find(([, pattern]) => pattern.test(end.said))?.[0] ?? 'provider-down';
}

/** Whether a rule names this very exit code, and what the command said: it counts then for a command that ended well, too. */
export function tellsOfFailure(end: CliEnd, rules: readonly CliFailure[] = []): boolean {
  return rules.some((rule) => rule['exit-code'] !== undefined && applies(rule, end));
}

function applies(rule: CliFailure, { exitCode, said }: CliEnd): boolean {
  const codes = rule['exit-code'] === undefined ? null : [rule['exit-code']].flat();
  if (codes !== null && (exitCode === null || !codes.includes(exitCode))) return false;
  return rule.text === undefined ? codes !== null : new RegExp(rule.text, 'im').test(said);
}
