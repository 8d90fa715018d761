import { quote } from '../values/text.ts';
import { BuiltinError } from './builtin.ts';

// What Go's net/url does, from its documentation and behaviour: RFC 3986 with Go's leniency.

/** `url.QueryEscape`: everything but letters, digits and `-_.~`, blanks as plus. */
export function encodeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** `url.QueryUnescape`. */
export const decodePlus = (text: string): string => unescapePercent(text.replaceAll('+', ' '));

/** Decodes `%xx`. Throws where a percent sign is followed by something else. */
export function unescapePercent(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (bad !== null) throw new BuiltinError(`invalid URL escape ${quote(text.slice(bad.index, bad.index + 3))}`);
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] === '%') {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 3;
    } else {
      const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...Buffer.from(letter));
      at += letter.length;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

/** The parts of a URL; empty where there is none. */
export interface GoUrl {
  readonly scheme: string;
  /** With its port. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly fragment: string;
}

/** `url.Parse`. Throws `BuiltinError` with Go's words. */
export function parseUrl(text: string): GoUrl {
  const fail = (why: string): BuiltinError => new BuiltinError(`parse ${quote(text)}: ${why}`);
  const decode = (part: string): string => {
    try {
      return unescapePercent(part);
    } catch (error) {
      throw error instanceof BuiltinError ? fail(error.message) : error;
    }
  };
  const hash = text.indexOf('#');
  let rest = hash < 0 ? text : text.slice(0, hash);
  if (/[\u0000-\u001f\u007f]/.test(rest)) throw fail('net/url: invalid control character in URL');
  const fragment = hash < 0 ? '' : decode(text.slice(hash + 1));
  if (rest.startsWith(':')) throw fail('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(rest)?.[1] ?? '';
  if (scheme !== '') rest = rest.slice(scheme.length + 1);
  const question = rest.indexOf('?');
  const rawQuery = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  const empty = { host: '', hostname: '', port: '', path: '', rawPath: '' };
  const parts = { scheme: scheme.toLowerCase(), rawQuery, fragment };
  if (!rest.startsWith('/')) {
    // What follows a scheme without a slash is opaque.
    if (scheme !== '') return { ...parts, ...empty };
    if (/^[^/]*:/.test(rest)) throw fail('first path segment in URL cannot contain colon');
  }
  let authority = { host: '', hostname: '', port: '' };
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    authority = parseAuthority(slash < 0 ? rest.slice(2) : rest.slice(2, slash), fail, decode);
    rest = slash < 0 ? '' : rest.slice(slash);
  }
  const path = decode(rest);
  return { ...parts, ...authority, path, rawPath: escapePath(path) === rest ? path : rest };
}

type Fail = (why: string) => BuiltinError;

function parseAuthority(text: string, fail: Fail, decode: (part: string) => string) {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? '' : text.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw fail('net/url: invalid userinfo');
  decode(user);
  return parseHost(text.slice(at + 1), fail, decode);
}

function parseHost(text: string, fail: Fail, decode: (part: string) => string) {
  const isBracketed = text.startsWith('[');
  const close = text.lastIndexOf(']');
  if (isBracketed && close < 0) throw fail("missing ']' in host");
  const colon = isBracketed ? close + 1 : text.lastIndexOf(':');
  const after = colon < 0 ? '' : text.slice(colon);
  if (!/^(?::\d*)?$/.test(after)) throw fail(`invalid port ${quote(after)} after host`);
  const name = after === '' && !isBracketed ? text : text.slice(0, colon);
  const bad = /%(?:[0-7][0-9a-fA-F])/.exec(isBracketed ? name.replace(/%25.*/, '') : name);
  if (bad !== null) throw fail(`invalid URL escape ${quote(bad[0])}`);
  const strange = /[^\u0080-\u{10ffff}A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%]/u.exec(name);
  if (strange !== null) throw fail(`invalid character ${quote(strange[0])} in host name`);
  const hostname = decode(name);
  return { host: hostname + after, hostname: isBracketed ? hostname.slice(1, -1) : hostname, port: after.slice(1) };
}

/** As Go writes a path: letters, digits, `-_.~` and `$&+,/:;=@` as they are. */
function escapePath(path: string): string {
  return encodeURI(path.toWellFormed()).replace(
    /[!'()*?#[\]]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
