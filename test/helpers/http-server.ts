import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it came. */
export interface HttpRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  readonly method: string;
}

export interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is where it is a text. */
  readonly body: unknown;
}

/** A real HTTP server on 127.0.0.1 with one answer for all; it ends with the test. */
export async function serveHttp(answer: (request: HttpRequest) => HttpAnswer): Promise<{
  readonly url: string;
  readonly requests: readonly HttpRequest[];
}> {
  const requests: HttpRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
      const got = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(got);
      const { status = 200, headers = {}, body: sent } = answer(got);
      const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
