import { BlockList, isIP } from 'node:net';
import { AssayError } from '@assay/contract';
import type { RegistryOptions } from './options.ts';

type ProxySettings = NonNullable<RegistryOptions['proxy']>;

const usualPorts = new Map([
  ['http:', '80'],
  ['https:', '443'],
]);
const proxyProtocols: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:']);

/** The address as `net` writes it: an IPv6 one of a URL stands in brackets. */
function addressOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = isIP(base);
  if (family === 0 || isIP(address) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** A host and perhaps a port; brackets around an IPv6 address are taken off. */
function splitPort(entry: string): { readonly host: string; readonly port: string | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(entry);
  // More than one colon without brackets: an IPv6 address.
  return match === null ? { host: entry, port: undefined } : { host: match[1] ?? match[2] ?? '', port: match[3] };
}

function isNamed(entry: string, address: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(address, entry);
  const named = splitPort(entry);
  if (named.port !== undefined && named.port !== port) return false;
  if (isIP(named.host) !== 0) return named.host === address;
  const host = named.host.replace(/^\*(?=\.)/, '');
  // A name stands for itself and what is below it; one that begins with a dot only for what is below.
  return host.startsWith('.') ? address.endsWith(host) : address === host || address.endsWith(`.${host}`);
}

/**
 * Whether `NO_PROXY` names the host: `*`, names with what is below them, addresses, networks (10.0.0.0/8), each perhaps with a port.
 * Source: golang.org/x/net/http/httpproxy, `Config.NoProxy`, which most container tools use.
 */
export function isExempt(url: URL, noProxy: string): boolean {
  const address = addressOf(url);
  const port = url.port === '' ? (usualPorts.get(url.protocol) ?? '') : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && isNamed(entry, address, port));
}

/** The proxy for an address; undefined for none. Throws OPTION_INVALID for one that cannot be used; its text may hold a password and is not repeated. */
export function findProxy(url: URL, settings: ProxySettings | undefined): URL | undefined {
  if (settings === undefined) return undefined;
  const isSecure = url.protocol === 'https:';
  const text = (isSecure ? settings.httpsProxy : settings.httpProxy)?.trim() ?? '';
  if (text === '' || isExempt(url, settings.noProxy ?? '')) return undefined;
  // `proxy.example:3128` is written as often as `http://proxy.example:3128`.
  const proxy = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (proxy !== null && proxyProtocols.has(proxy.protocol) && proxy.hostname !== '') return proxy;
  throw new AssayError('OPTION_INVALID', `${isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY'} is not the address of a proxy`, {
    hint: 'Give it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT.',
  });
}
