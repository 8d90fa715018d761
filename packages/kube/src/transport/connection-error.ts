import { KubeError } from '../client/kube-error.ts';

const tlsCodes =
  /^(?:CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|EPROTO)/;
const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_ABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What a failed connection means. Keeps the original as cause. */
export function connectionError(error: unknown, server: string): KubeError {
  const code = codeOf(error);
  if (tlsCodes.test(code)) {
    const facts = { status: 0, reason: 'Tls', retryable: false };
    return new KubeError('KUBE_TLS', `${server} is not trusted (${code})`, facts, error);
  }
  if (timeoutCodes.has(code) || (error instanceof DOMException && error.name === 'TimeoutError')) {
    const facts = { status: 0, reason: 'Timeout', retryable: true };
    return new KubeError('KUBE_UNREACHABLE', `${server} did not answer in time`, facts, error);
  }
  const reason = resetCodes.has(code) ? 'Reset' : 'Unreachable';
  const why = code === '' ? '' : ` (${code})`;
  const what = reason === 'Reset' ? 'broke the connection' : 'cannot be reached';
  return new KubeError('KUBE_UNREACHABLE', `${server} ${what}${why}`, { status: 0, reason, retryable: true }, error);
}

/** The first code in the chain of causes. */
function codeOf(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    if ('code' in at && typeof at.code === 'string') {
      // undici wraps; what is inside knows better.
      if (at.code !== 'UND_ERR_SOCKET' || at.cause === undefined) return at.code;
    }
    at = at.cause;
  }
  return '';
}
