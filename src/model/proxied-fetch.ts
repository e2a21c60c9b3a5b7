import type { Proxy } from './proxy.ts';

type Fetch = typeof globalThis.fetch;

/** One for each proxy and kind of address: its connections are kept for the next call. */
const made = new Map<string, Promise<Fetch>>();

/**
 * fetch through a proxy, without time limits of its own: the caller's signal is the limit. An https address goes through a tunnel,
 * so that the proxy sees the host and nothing else; an http address is asked of the proxy, since many tunnel to port 443 alone.
 */
export function fetchThrough(proxy: Proxy, address: string): Promise<Fetch> {
  const tunnel = new URL(address).protocol === 'https:';
  const key = `${tunnel} ${proxy.url}`;
  const fetching = made.get(key) ?? make(proxy, tunnel);
  made.set(key, fetching);
  return fetching;
}

async function make({ url, origin }: Proxy, tunnel: boolean): Promise<Fetch> {
  // Its own fetch, too: Node's takes only a dispatcher of the version that it was built with.
  const undici = await import('undici');
  const { username, password } = new URL(url);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const dispatcher = new undici.ProxyAgent({
    uri: origin,
    proxyTunnel: tunnel,
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(username !== '' && { token: `Basic ${login}` }),
  });
  const fetching = (input: string, init: object): Promise<unknown> =>
    undici.fetch(input, { ...init, dispatcher, redirect: 'manual' });
  return fetching as unknown as Fetch;
}
