import { AssayError } from '@assay/contract';
import { Transient } from './retry.ts';

/** An answer in brief, for messages. */
export interface AnswerFacts {
  readonly status: number;
  readonly contentType: string;
  /** The first code of the registry's own error list; its words are not repeated, they may hold what we sent. */
  readonly code?: string;
}

const tlsCodes: ReadonlySet<string> = new Set([
  'EPROTO',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'UND_ERR_PRX_TLS',
]);

function isTlsCode(code: string): boolean {
  return tlsCodes.has(code) || code.startsWith('CERT_') || code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_');
}

/** The codes of an error and of what caused it. */
export function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code);
    // undici's parser does not always bring a code along.
    if (at.name === 'HTTPParserError') codes.push('HPE_ERROR');
    if (at instanceof AggregateError)
      for (const each of at.errors) if (each instanceof Error && 'code' in each) codes.push(String(each.code));
    at = at.cause;
  }
  return codes;
}

/** Whether the connection failed because one side spoke TLS and the other did not. */
export function isWrongProtocol(error: unknown): boolean {
  return codesOf(error).some(
    (code) =>
      code === 'EPROTO' ||
      code.startsWith('ERR_SSL_') ||
      code === 'UND_ERR_SOCKET' ||
      code.startsWith('HPE_') ||
      code === 'ECONNRESET',
  );
}

/** What a failed connection means: REGISTRY_TLS and REGISTRY_PROTOCOL are final, REGISTRY_UNREACHABLE may pass. */
export function toConnectionFailure(cause: unknown, host: string, proxy?: string): AssayError | Transient {
  const through = proxy === undefined ? '' : ` through the proxy ${proxy}`;
  const codes = codesOf(cause);
  const tls = codes.find(isTlsCode);
  if (tls !== undefined) {
    const why =
      tls === 'EPROTO' || tls.startsWith('ERR_SSL_')
        ? 'it does not speak TLS, or none we share'
        : `its certificate is not trusted (${tls})`;
    return new AssayError('REGISTRY_TLS', `cannot connect to ${host}${through} safely: ${why}`, { cause });
  }
  if (codes.includes('UND_ERR_HEADERS_OVERFLOW'))
    return new AssayError('REGISTRY_PROTOCOL', `${host} answers with headers that are too long`, { cause });
  if (codes.some((code) => code.startsWith('HPE_'))) {
    return new AssayError('REGISTRY_PROTOCOL', `${host} does not speak HTTP`, { cause });
  }
  const code = codes.find((each) => !each.startsWith('UND_')) ?? codes[0];
  const known =
    proxy === undefined ? reasons.get(code ?? '') : (proxyReasons.get(code ?? '') ?? reasons.get(code ?? ''));
  const why = known ?? `the connection failed${code === undefined ? '' : ` (${code})`}`;
  return new Transient(new AssayError('REGISTRY_UNREACHABLE', `cannot reach ${host}${through}: ${why}`, { cause }));
}

const reasons = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'the name is not known'],
  ['EAI_AGAIN', 'the name cannot be looked up now'],
  ['ECONNRESET', 'the connection was cut'],
  ['UND_ERR_SOCKET', 'the connection was cut'],
  ['ENETUNREACH', 'there is no network that leads there'],
  ['EHOSTUNREACH', 'there is no way to that host'],
  ['ETIMEDOUT', 'no connection in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
]);

/** How undici says that a proxy answered CONNECT, or a request, with a refusal. */
const proxyReasons = new Map([
  ['UND_ERR_ABORTED', 'the proxy refuses'],
  ['UND_ERR_INVALID_ARG', 'the proxy wants credentials'],
  ['UND_ERR_PRX_CONN', 'the proxy cuts the connection'],
  ['UND_ERR_SOCKS5', 'the proxy refuses'],
]);

/** What an answer that is not a success means. `what` names the wanted thing. */
export function toAnswerFailure(facts: AnswerFacts, host: string, what: string): AssayError {
  const said = facts.code === undefined ? `${facts.status}` : `${facts.status} ${facts.code}`;
  if (facts.status === 401 || facts.status === 403) {
    return new AssayError('REGISTRY_DENIED', `${host} refuses access to ${what} (${said})`);
  }
  // How a registry in maintenance answers writes. Source: distribution docs, configuration "maintenance.readonly".
  if (facts.status === 405) {
    return new AssayError('REGISTRY_DENIED', `${host} does not allow ${what} (${said}): it may be read-only`);
  }
  if (facts.status === 404) return new AssayError('REGISTRY_NOT_FOUND', `${host} has no ${what}`);
  if (isBusy(facts.status)) return new AssayError('REGISTRY_BUSY', `${host} answers ${said} for ${what}`);
  if (facts.contentType.startsWith('text/html')) return notARegistry(host);
  return new AssayError('REGISTRY_PROTOCOL', `${host} answers ${said} for ${what}`);
}

export function notARegistry(host: string): AssayError {
  return new AssayError('REGISTRY_PROTOCOL', `${host} answers with a web page, not as a registry`);
}

/** Whether the same request may succeed later. */
export function isBusy(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
