import { KubeError } from '../client/kube-error.ts';

/** Bytes of one answer: a page of 500 objects at the API server's own limit of about 1.5 MiB each would be more, but is never seen. */
const longestBody = 256 * 1024 * 1024;

/** A whole body. Throws KUBE_PROTOCOL beyond the limit. */
export async function collectBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > longestBody) throw tooLong(`an answer of the API server is longer than ${longestBody} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** JSON where it is JSON; the text otherwise (`404 page not found`, a proxy's page). */
export function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The failure of an answer beyond a limit. */
export function tooLong(detail: string): KubeError {
  return new KubeError('KUBE_PROTOCOL', detail, { status: 0, reason: 'TooLong', retryable: false });
}
