import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { replyBody, type GeminiReply } from './gemini-reply.ts';

/** One request as the script sees it. */
export interface GeminiRequest {
  /** `gemini-2.5-flash`. */
  readonly model: string;
  /** All text parts of all contents. */
  readonly prompt: string;
  /** Number of the request, from 1, in order of arrival. */
  readonly n: number;
  /** The key that was sent, or null. */
  readonly key: string | null;
  /** The whole body as sent. */
  readonly body: unknown;
}

/** What became of a request. Times are `Date.now()`; null where it has not happened. */
export interface GeminiRecord {
  readonly n: number;
  readonly model: string;
  readonly prompt: string;
  readonly startedAt: number;
  /** When the answer was sent whole. */
  endedAt: number | null;
  /** When the client closed its socket before the answer was whole. */
  abortedAt: number | null;
}

/** What to answer; a bare string is its text. */
export type GeminiScript = (request: GeminiRequest) => GeminiReply | string | Promise<GeminiReply | string>;

export interface GeminiServer {
  /** For GOOGLE_GEMINI_BASE_URL: no version path. */
  readonly url: string;
  /** All generateContent requests so far, in order of arrival. */
  readonly requests: readonly GeminiRecord[];
  /** Requests that are neither answered (first byte) nor closed now. */
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Those of `requests` that the client closed early. */
  readonly aborted: readonly GeminiRecord[];
  /** Errors that the script threw (answered as HTTP 500): a test that scripts assertions looks here. */
  readonly scriptErrors: readonly unknown[];
  /** Ends the server with all its sockets; hanging requests are cut and not counted as aborted. */
  close(): Promise<void>;
}

interface State {
  readonly script: GeminiScript;
  readonly requests: GeminiRecord[];
  readonly scriptErrors: unknown[];
  inFlight: number;
  maxInFlight: number;
  closing: boolean;
}

const PATH = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/**
 * Starts a real HTTP server on 127.0.0.1, on a free port where none is given, that speaks Gemini's generateContent,
 * and its form as a stream of events, answering by the script.
 */
export async function startGeminiServer(script: GeminiScript, port = 0): Promise<GeminiServer> {
  const state: State = { script, requests: [], scriptErrors: [], inFlight: 0, maxInFlight: 0, closing: false };
  const server = createServer((request, response) => void handle(state, request, response));
  // No limit of the server's own: a test may hold a request for as long as it likes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: state.requests,
    scriptErrors: state.scriptErrors,
    get inFlight() {
      return state.inFlight;
    },
    get maxInFlight() {
      return state.maxInFlight;
    },
    get aborted() {
      return state.requests.filter((record) => record.abortedAt !== null);
    },
    async close() {
      state.closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, model, method] = PATH.exec(new URL(request.url ?? '/', 'http://localhost').pathname) ?? [];
  if (request.method !== 'POST' || model === undefined) {
    const body = { error: { code: 404, message: 'no such method', status: 'NOT_FOUND' } };
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  const flight = takeOff(state);
  const gone = new AbortController();
  let record: GeminiRecord | null = null;
  response.once('close', () => {
    flight.land();
    gone.abort();
    if (record === null) return;
    if (response.writableFinished) record.endedAt = Date.now();
    else if (!cutByUs.has(response) && !state.closing) record.abortedAt = Date.now();
  });
  const body = await readJson(request);
  if (body === undefined) return;
  const n = state.requests.length + 1;
  const prompt = promptOf(body);
  record = { n, model, prompt, startedAt: flight.startedAt, endedAt: null, abortedAt: null };
  state.requests.push(record);
  const key = request.headers['x-goog-api-key'];
  const asked: GeminiRequest = { model, prompt, n, key: typeof key === 'string' ? key : null, body };
  const reply = await scripted(state, asked);
  if (reply.hang === true) return;
  if (reply.delayMs !== undefined)
    await sleep(reply.delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
  if (gone.signal.aborted) return;
  // Before the first byte: the client may send its next request before this side hears that the last byte is out.
  if (reply.stallAfterBytes === undefined) flight.land();
  send(response, replyBody(reply, prompt, method === 'streamGenerateContent'), reply);
}

/** Counts a request in flight until `land` is called, once or more. */
function takeOff(state: State): { readonly startedAt: number; land(): void } {
  state.inFlight += 1;
  state.maxInFlight = Math.max(state.maxInFlight, state.inFlight);
  let flying = true;
  return {
    startedAt: Date.now(),
    land() {
      if (flying) state.inFlight -= 1;
      flying = false;
    },
  };
}

/** Responses that the script had cut: their end is not the client's. */
const cutByUs = new WeakSet<ServerResponse>();

function send(
  response: ServerResponse,
  { status, headers, bytes }: ReturnType<typeof replyBody>,
  reply: GeminiReply,
): void {
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  if (reply.cutAfterBytes !== undefined) {
    cutByUs.add(response);
    response.write(bytes.subarray(0, reply.cutAfterBytes), () => response.destroy());
  } else if (reply.stallAfterBytes !== undefined) {
    response.write(bytes.subarray(0, reply.stallAfterBytes));
  } else {
    response.end(bytes);
  }
}

async function scripted(state: State, request: GeminiRequest): Promise<GeminiReply> {
  try {
    const reply = await state.script(request);
    return typeof reply === 'string' ? { text: reply } : reply;
  } catch (error) {
    state.scriptErrors.push(error);
    return { status: 500, body: { error: { code: 500, message: 'the script threw', status: 'INTERNAL' } } };
  }
}

/** The request's body as JSON; undefined where the client went away before it was whole. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function promptOf(body: unknown): string {
  const { contents = [] } = body as { contents?: { parts?: { text?: string }[] }[] };
  return contents
    .flatMap((content) => content.parts ?? [])
    .map((part) => part.text ?? '')
    .join('');
}
