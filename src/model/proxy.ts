/** Which proxy a request goes through, by the variables that other programs know, too. */
import { BlockList, isIP } from 'node:net';
import { ModelError } from './model.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Small letters come before capitals, as for curl. */
const SPELLINGS = (name: string): readonly string[] => [name.toLowerCase(), name.toUpperCase()];

export const PROXY_VARIABLES: readonly string[] = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap(
  SPELLINGS,
);

/** A proxy, and the variable that names it. */
export interface Proxy {
  readonly variable: string;
  /** With what it is logged in with: not to be told. */
  readonly url: string;
  /** Scheme, host and port: what may be told. */
  readonly origin: string;
}

/**
 * The proxy for an address; null where it is asked directly. What is on this machine never goes through one.
 * @throws ModelError (bad-request) for a variable that names no proxy that can be used.
 */
export function proxyFor(address: string, env: Environment): Proxy | null {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(host) || isExempt(host, port || (protocol === 'https:' ? '443' : '80'), env)) return null;
  return named(protocol === 'https:' ? 'https_proxy' : 'http_proxy', env) ?? named('all_proxy', env);
}

/** All proxies that variables name, for people. */
export function namedProxies(env: Environment): Proxy[] {
  return ['https_proxy', 'http_proxy', 'all_proxy'].flatMap((name) => named(name, env) ?? []);
}

function named(name: string, env: Environment): Proxy | null {
  const variable = SPELLINGS(name).find((spelling) => (env[spelling] ?? '').trim() !== '');
  if (variable === undefined) return null;
  const text = (env[variable] ?? '').trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    const scheme =
      url === null || url.protocol === '' ? 'no address' : `a proxy of the kind ${url.protocol.slice(0, -1)}`;
    throw new ModelError(
      'bad-request',
      `${variable} names ${scheme}; only http and https proxies are used. Set it like http://proxy.example.org:8080, or name the hosts that need none in NO_PROXY`,
    );
  }
  return { variable, url: url.href, origin: url.origin };
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

/** Whether NO_PROXY names the host: by `*`, a name with what is below it, an address, a range (10.0.0.0/8), each with a port or none. */
function isExempt(host: string, port: string, env: Environment): boolean {
  const list = SPELLINGS('no_proxy').map((name) => env[name] ?? '');
  return list
    .join(',')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => covers(entry.toLowerCase(), host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^([\d.]+|[\da-f:]+)\/(\d+)$/.exec(entry);
  if (range !== null) return isWithin(range[1] ?? '', Number(range[2]), host);
  const [, bracketed, bare, wanted] = /^(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const name = (bracketed ?? bare ?? entry).replace(/^\*?\./, '');
  return host === name || (isIP(name) === 0 && host.endsWith(`.${name}`));
}

function isWithin(network: string, bits: number, host: string): boolean {
  const [family, of] = [isIP(network), isIP(host)];
  if (family === 0 || family !== of || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}
