/** Which requests go through a proxy, and what is said where that does not do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { proxyFor } from '../../src/model/proxy.ts';
import { createHostedModel } from '../../src/model/hosted.ts';
import { HOSTED_PROVIDERS } from '../../src/model/providers.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';

const P = 'http://proxy.example:3128';

test.each([
  ['https://api.example.org/v1', { https_proxy: P }, 'https_proxy'],
  ['https://api.example.org/v1', { HTTPS_PROXY: P }, 'HTTPS_PROXY'],
  ['https://api.example.org/v1', { HTTPS_PROXY: 'http://other.example', https_proxy: P }, 'https_proxy'],
  ['https://api.example.org/v1', { HTTP_PROXY: P }, null],
  ['http://api.example.org/v1', { HTTP_PROXY: P }, 'HTTP_PROXY'],
  ['http://api.example.org/v1', { HTTPS_PROXY: P }, null],
  ['http://api.example.org/v1', { ALL_PROXY: P }, 'ALL_PROXY'],
  ['https://api.example.org/v1', { https_proxy: 'proxy.example:3128' }, 'https_proxy'],
  ['https://api.example.org/v1', { https_proxy: ' ', all_proxy: '' }, null],
  // On this machine.
  ['http://127.0.0.1:8711/v1', { http_proxy: P, all_proxy: P }, null],
  ['http://127.8.9.1/v1', { http_proxy: P }, null],
  ['http://localhost:11434/v1', { http_proxy: P }, null],
  ['http://[::1]:8000/v1', { http_proxy: P }, null],
  // Exempt.
  ['https://api.example.org/v1', { https_proxy: P, NO_PROXY: '*' }, null],
  ['https://api.example.org/v1', { https_proxy: P, NO_PROXY: 'other.org, example.org' }, null],
  ['https://api.example.org/v1', { https_proxy: P, no_proxy: '.example.org' }, null],
  ['https://api.example.org/v1', { https_proxy: P, no_proxy: '*.EXAMPLE.org' }, null],
  ['https://api.example.org/v1', { https_proxy: P, no_proxy: 'ample.org' }, 'https_proxy'],
  ['https://api.example.org/v1', { https_proxy: P, no_proxy: 'api.example.org:443' }, null],
  ['https://api.example.org/v1', { https_proxy: P, no_proxy: 'api.example.org:8443' }, 'https_proxy'],
  ['http://10.2.3.4/v1', { http_proxy: P, no_proxy: '10.0.0.0/8' }, null],
  ['http://11.2.3.4/v1', { http_proxy: P, no_proxy: '10.0.0.0/8' }, 'http_proxy'],
  ['http://10.2.3.4/v1', { http_proxy: P, no_proxy: '10.2.3.4' }, null],
] as const)('%s with %j goes through %s', (address, env, variable) => {
  expect(proxyFor(address, env)?.variable ?? null).toBe(variable);
});

test.each(['socks5://127.0.0.1:1080', 'http://', 'file:///x'])('%s is refused as a proxy, with what to set', (url) => {
  expect(() => proxyFor('https://api.example.org', { ALL_PROXY: url })).toThrow(/ALL_PROXY names .*NO_PROXY/);
});

let closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** A proxy on loopback: what it was asked, and with which login. It leads every host to the one server. */
async function startProxy(target: GeminiServer, refuse: number | null = null) {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const proxy: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    logins.push(request.headers['proxy-authorization']);
    if (refuse !== null) return void response.writeHead(refuse).end();
    const { port } = new URL(target.url);
    const path = new URL(request.url ?? '').pathname;
    void forward(request, response, Number(port), path);
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    logins.push(request.headers['proxy-authorization']);
    if (refuse !== null) return void socket.end(`HTTP/1.1 ${refuse} no\r\n\r\n`);
    socket.end('HTTP/1.1 502 no\r\n\r\n');
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  closing.push(() => {
    proxy.closeAllConnections();
    return new Promise((done) => proxy.close(done));
  });
  return { asked, logins, port: (proxy.address() as AddressInfo).port };
}

async function forward(request: IncomingMessage, response: ServerResponse, port: number, path: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const upstream = connect(port, '127.0.0.1', () => {
    upstream.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\nx-goog-api-key: k\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    upstream.write(body);
  });
  upstream.pipe(response.socket as NodeJS.WritableStream);
}

function askThrough(baseURL: string, env: Record<string, string>) {
  const spec = { ...HOSTED_PROVIDERS.google, baseURL, structuredOutput: false };
  const model = createHostedModel({ provider: 'google', spec, apiKey: () => 'key-1234', keyHelp: 'x', env });
  const signal = AbortSignal.timeout(20_000);
  return model.ask({ ask: 'research', model: 'm', prompt: 'p', signal });
}

test('an http address is asked of the proxy whole, with its login', async () => {
  const server = await startGeminiServer(() => 'hello');
  closing.push(() => server.close());
  const proxy = await startProxy(server);
  const reply = await askThrough('http://gw.corp.invalid', { HTTP_PROXY: `http://me:pa%20ss@127.0.0.1:${proxy.port}` });
  expect(reply.text).toBe('hello');
  expect(proxy.asked).toEqual(['http://gw.corp.invalid/v1beta/models/m:generateContent']);
  expect(proxy.logins).toEqual([`Basic ${Buffer.from('me:pa ss').toString('base64')}`]);
});

test.each([
  ['a dead proxy', null, 'http://127.0.0.1:9', 'network', 'through the proxy http://127.0.0.1:9 (HTTPS_PROXY)'],
  ['a proxy that finds nobody', 502, null, 'network', 'refused the way to https://api.example.invalid: HTTP 502'],
  ['a proxy that wants a login', 407, null, 'auth', 'wants a user name and password'],
  ['a proxy that forbids the host', 403, null, 'setup', 'HTTP 403'],
] as const)('%s is named, and nothing of its login', async (_, refuse, dead, errorClass, says) => {
  const server = await startGeminiServer(() => 'hello');
  closing.push(() => server.close());
  const proxy = await startProxy(server, refuse);
  const HTTPS_PROXY = (dead ?? `http://127.0.0.1:${proxy.port}`).replace('//', '//me:secret@');
  const error: unknown = await askThrough('https://api.example.invalid', { HTTPS_PROXY }).catch((error) => error);
  expect(error).toMatchObject({ errorClass, message: expect.stringContaining(says) });
  expect((error as Error).message).not.toContain('secret');
  if (dead === null) expect(proxy.asked).toEqual(['CONNECT api.example.invalid:443']);
});
