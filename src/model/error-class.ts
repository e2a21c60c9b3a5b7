import { ModelError, type ModelErrorClass } from './model.ts';
import type { Proxy } from './proxy.ts';
import { quotes } from './quotation.ts';
import { errorDetails, record, retryAfterMs } from './retry-after.ts';

/** What an error is read against. `prompt` and `key` are there to be kept out of the message. */
export interface CallContext {
  readonly provider: string;
  /** Scheme, host and port that were asked. */
  readonly origin: string;
  /** Through which it was asked; null where it was asked directly. */
  readonly proxy: Proxy | null;
  readonly prompt: string;
  readonly key: string;
  /** Where the key is looked for: said where it was refused. */
  readonly keyHelp: string;
  /** Epoch ms. */
  readonly now: number;
}

/** The fields of the AI SDK's APICallError that are read here; its others hold the whole prompt and the whole body. */
interface HttpFailure {
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: unknown;
}

const PROVIDER_MESSAGE_LENGTH = 200;

/**
 * Turns whatever an AI SDK call threw into a ModelError: its class by status and body, its wait, and a message made of the
 * status and the provider's own short message. The raw error is never kept as cause: it holds prompt, body and headers.
 */
export function toModelError(error: unknown, context: CallContext): ModelError {
  if (error instanceof ModelError) return error;
  const http = httpFailure(error);
  const code = networkCode(error);
  if (http === null || http.status === null || (isSuccess(http.status) && code !== null)) {
    return withoutAnswer(error, http !== null || code !== null, code, context);
  }
  if (isSuccess(http.status)) {
    const message = `${context.provider} answered HTTP ${http.status} with an unreadable body`;
    return new ModelError('provider-down', message, { mayCost: true });
  }
  if (http.status === 407 && context.proxy !== null) return refusedByProxy(407, context.proxy, context);
  const errorClass = classOf(http.status, http.body);
  const wait = retryAfterMs({ headers: http.headers, body: http.body }, context.now);
  return new ModelError(errorClass, message(http, errorClass, context), { retryAfterMs: wait });
}

/** A certificate that is refused, or a port that speaks no TLS, is no outage: waiting mends neither. */
const SETUP_CODES =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|ERR_INVALID_)/;

function withoutAnswer(error: unknown, network: boolean, code: string | null, context: CallContext): ModelError {
  const refusal = proxyStatus(error);
  if (context.proxy !== null && refusal !== null) return refusedByProxy(refusal, context.proxy, context);
  if (network) {
    const through = context.proxy === null ? '' : ` through the proxy ${proxyText(context.proxy)}`;
    const text = `no answer from ${context.provider} at ${context.origin}${through}: ${code ?? 'failed'}`;
    return new ModelError(code !== null && SETUP_CODES.test(code) ? 'setup' : 'network', text);
  }
  // Only the name: the text of a foreign error may quote a header or the prompt.
  const name = error instanceof Error ? error.name : typeof error;
  return new ModelError('bad-request', `the call to ${context.provider} could not be made: ${name}`);
}

const proxyText = ({ origin, variable }: Proxy): string => `${origin} (${variable})`;

/** The status with which a proxy refused a tunnel; null where none did. */
function proxyStatus(error: unknown): number | null {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const status = /^Proxy response \((\d{3})\)/.exec(current.message)?.[1];
    if (status !== undefined) return Number(status);
    current = current.cause;
  }
  return null;
}

function refusedByProxy(status: number, proxy: Proxy, { origin }: CallContext): ModelError {
  if (status === 407)
    return new ModelError(
      'auth',
      `the proxy ${proxyText(proxy)} wants a user name and password that it takes: http://USER:PASSWORD@HOST:PORT`,
    );
  const errorClass = status >= 500 || status === 408 || status === 429 ? 'network' : 'setup';
  return new ModelError(errorClass, `the proxy ${proxyText(proxy)} refused the way to ${origin}: HTTP ${status}`);
}

function httpFailure(error: unknown): HttpFailure | null {
  const fields = record(error);
  if (fields['name'] !== 'AI_APICallError') return null;
  const status = fields['statusCode'];
  return {
    status: typeof status === 'number' ? status : null,
    headers: fields['responseHeaders'] as Record<string, string> | undefined,
    body: fields['data'] ?? parsed(fields['responseBody']),
  };
}

/** The AI SDK parses only bodies of the full Google shape; a gateway's may lack a field and still say why and how long. */
function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The system's or undici's code (`ECONNREFUSED`, `UND_ERR_SOCKET`) of the first cause that has one. */
function networkCode(error: unknown): string | null {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const code = record(current)['code'];
    if (typeof code === 'string' && /^[A-Z][A-Z_0-9]+$/.test(code)) return code;
    current = current.cause;
  }
  return null;
}

function classOf(status: number, body: unknown): ModelErrorClass {
  if (status === 402 || status === 451 || (status < 500 && isAccount(status, body))) return 'account';
  if (status === 429) return isDailyQuota(body) ? 'quota' : 'rate';
  if (status === 401 || status === 403 || (status === 400 && isInvalidKey(body))) return 'auth';
  if (status >= 500 || status === 408 || status === 409) return 'provider-down';
  if (status === 404 || status === 410 || (status === 400 && isUnknownModel(body))) return ofModel(body);
  return status < 400 || status === 405 ? 'setup' : 'bad-request';
}

/** An API says in JSON that it does not know a model; an address that is no API answers 404 to whatever it is asked. */
const ofModel = (body: unknown): ModelErrorClass => (errorOf(body).isTold ? 'model' : 'setup');

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** A day's quota does not come back by waiting a minute: `violations[].quotaId` tells it from a rate. */
function isDailyQuota(body: unknown): boolean {
  return errorDetails(body)
    .filter((detail) => String(detail['@type']).endsWith('google.rpc.QuotaFailure'))
    .flatMap((detail) => (Array.isArray(detail['violations']) ? detail['violations'].map(record) : []))
    .some((violation) => /per_?day/i.test(String(violation['quotaId'])));
}

const ACCOUNT_CODES =
  /^(?:insufficient_quota|billing_(?:error|not_active|hard_limit_reached|disabled)|account_deactivated)$/i;
const ACCOUNT_WORDS =
  /credit balance is too low|location is not supported|(?:country|region)\b.{0,40} not supported|billing (?:account )?(?:is |has been )?(?:disabled|not (?:active|enabled))|requires billing/i;
/** Gemini says so where a model is not in the account's plan: no waiting brings a quota that is none. */
const NO_QUOTA = /\blimit: ?0(?![\d.])/;

/**
 * Whether the account is refused, and not the key or this request: OpenAI answers 429 for an account without credit, Anthropic
 * 400 with words alone, Gemini 400 for a place that it does not serve and 429 for a quota of none.
 */
function isAccount(status: number, body: unknown): boolean {
  const { fields, text } = errorOf(body);
  if ([fields['code'], fields['type']].some((value) => ACCOUNT_CODES.test(String(value)))) return true;
  if (errorDetails(body).some((detail) => ACCOUNT_CODES.test(String(detail['reason'])))) return true;
  return ACCOUNT_WORDS.test(text) || (status === 429 && NO_QUOTA.test(text));
}

const UNKNOWN_MODEL =
  /\bmodel\b.{0,120}?(?:not (?:found|exist|supported|available)|no longer (?:available|supported)|is not a valid model|has been (?:retired|deprecated))|(?:unknown|invalid|no such) model|model_not_found/is;

/** Some answer 400, not 404, for a model that they do not have. */
function isUnknownModel(body: unknown): boolean {
  const { fields, text } = errorOf(body);
  return fields['code'] === 'model_not_found' || UNKNOWN_MODEL.test(text);
}

/** The error that an API tells of in its body, in either of its forms: an object, or a text alone (Ollama). */
function errorOf(body: unknown): {
  readonly isTold: boolean;
  readonly fields: ReturnType<typeof record>;
  readonly text: string;
} {
  const told = record(body)['error'];
  const fields = record(told);
  const text = typeof told === 'string' ? told : fields['message'];
  return { isTold: told !== undefined && told !== null, fields, text: typeof text === 'string' ? text : '' };
}

/** Gemini answers a wrong or expired key with 400, not 401. */
function isInvalidKey(body: unknown): boolean {
  return errorDetails(body).some((detail) => detail['reason'] === 'API_KEY_INVALID');
}

function message(http: HttpFailure, errorClass: ModelErrorClass, context: CallContext): string {
  const told = record(http.body)['error'];
  const fields = record(told);
  // Gemini has a status, OpenAI a code or a type, Anthropic a type; Ollama says no more than its message.
  const name = [fields['status'], fields['code'], fields['type']].find((value) => typeof value === 'string');
  const rpcStatus = typeof name === 'string' ? ` ${safeText(name, context)?.slice(0, 40) ?? ''}`.trimEnd() : '';
  const text = typeof told === 'string' ? told : fields['message'];
  const said = typeof text === 'string' ? safeText(text, context) : null;
  const answer = `${context.provider} answered HTTP ${http.status}${rpcStatus}${said === null ? '' : `: ${said}`}`;
  return errorClass === 'auth' ? `${answer.replace(/\.$/, '')}. The key is looked for in: ${context.keyHelp}` : answer;
}

/** The provider's message on one line and cut; null where it quotes the prompt or the key, as some gateways do. */
function safeText(text: string, context: CallContext): string | null {
  // Looked for before the cut, which could leave the first half of a key.
  if (context.key !== '' && text.includes(context.key)) return null;
  const line = text.replace(/\s+/g, ' ').trim().slice(0, PROVIDER_MESSAGE_LENGTH);
  if (line === '') return null;
  return quotes(line, context.prompt) ? null : line;
}
