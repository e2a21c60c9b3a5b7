/** One scripted answer. All fields may be left out: an empty text with finish reason STOP is the least. */
export interface GeminiReply {
  readonly text?: string;
  /** Gemini's own word: `STOP`, `MAX_TOKENS`, `SAFETY`, … */
  readonly finishReason?: string;
  /** The prompt itself was blocked: no candidate is sent, only this reason (`PROHIBITED_CONTENT`). */
  readonly blockReason?: string;
  /** `usageMetadata`; null sends none; left out, it is counted at four letters a token. */
  readonly usage?: Readonly<Record<string, number>> | null;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body instead of a composed one: an object is sent as JSON, a string as it is. */
  readonly body?: string | object;
  /** Wait before the first byte, ms. */
  readonly delayMs?: number;
  /** Sends so many bytes of the body, then cuts the connection. */
  readonly cutAfterBytes?: number;
  /** Sends so many bytes of the body, then no more; the connection stays open. */
  readonly stallAfterBytes?: number;
  /** Never answers. */
  readonly hang?: boolean;
}

/** An error answer in Google's form. */
export function geminiError(
  status: number,
  rpcStatus: string,
  message: string,
  details: readonly object[] = [],
): GeminiReply {
  return { status, body: { error: { code: status, message, status: rpcStatus, details } } };
}

/** A 429 of a rate limit, with the wait in the body as Gemini sends it (`"7s"`), or with none. */
export function rateLimited(retryDelay?: string): GeminiReply {
  const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay };
  return geminiError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [
    quotaFailure('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
    ...(retryDelay === undefined ? [] : [info]),
  ]);
}

/** A 429 of the day's quota. Gemini sends a RetryInfo with it too. */
export function dailyQuota(retryDelay = '45.837906927s'): GeminiReply {
  return geminiError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [
    quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
  ]);
}

/** A 503 that asks for a minute of patience. */
export function unavailable(): GeminiReply {
  return {
    ...geminiError(503, 'UNAVAILABLE', 'The model is overloaded.'),
    headers: { 'retry-after': '60' },
  };
}

/** What Gemini answers to a wrong or expired key: a 400. */
export function invalidKey(): GeminiReply {
  return geminiError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
  ]);
}

/** Status, headers and bytes of a scripted answer; one that is no error is an event where a stream was asked for. */
export function replyBody(
  reply: GeminiReply,
  prompt: string,
  isStream = false,
): { status: number; headers: Record<string, string>; bytes: Buffer } {
  const body = reply.body ?? generated(reply, prompt);
  if (isStream && typeof body !== 'string' && (reply.status ?? 200) === 200) {
    const bytes = Buffer.from(`data: ${JSON.stringify(body)}\n\n`, 'utf8');
    return { status: 200, headers: { 'content-type': 'text/event-stream', ...reply.headers }, bytes };
  }
  const type = typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
  return { status: reply.status ?? 200, headers: { 'content-type': type, ...reply.headers }, bytes };
}

function generated(reply: GeminiReply, prompt: string): object {
  const text = reply.text ?? '';
  const usage = reply.usage === undefined ? countedUsage(prompt, text) : reply.usage;
  const tail = { ...(usage !== null && { usageMetadata: usage }), modelVersion: 'test' };
  if (reply.blockReason !== undefined) return { promptFeedback: { blockReason: reply.blockReason }, ...tail };
  const content = { role: 'model', parts: text === '' ? [] : [{ text }] };
  return { candidates: [{ content, finishReason: reply.finishReason ?? 'STOP', index: 0 }], ...tail };
}

function countedUsage(prompt: string, text: string): Record<string, number> {
  const promptTokenCount = Math.ceil(prompt.length / 4);
  const candidatesTokenCount = Math.ceil(text.length / 4);
  return { promptTokenCount, candidatesTokenCount, totalTokenCount: promptTokenCount + candidatesTokenCount };
}

function quotaFailure(quotaId: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] };
}
