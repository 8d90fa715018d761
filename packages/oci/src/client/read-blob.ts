import { AssayError } from '@assay/contract';
import type { Descriptor } from '../content-source.ts';
import { acceptManifests } from '../media-types.ts';
import { scopeFor } from './authenticator.ts';
import type { HttpAnswer } from './exchange-once.ts';
import type { Endpoint } from './repository.ts';
import { backoff, Transient, withRetries } from './retry.ts';

/**
 * The bytes of a blob or manifest. A connection that breaks is taken up again where it broke, as long as attempts remain.
 * Throws CONTENT_TRUNCATED when it breaks for good, CONTENT_MISMATCH when more comes than was promised.
 */
export async function* readBlob(
  endpoint: Endpoint,
  what: Descriptor,
  isManifest: boolean,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { host, repository } = endpoint;
  const request = {
    method: 'GET' as const,
    to: `/v2/${repository}/${isManifest ? 'manifests' : 'blobs'}/${what.digest}`,
    scopes: [scopeFor(repository, 'pull')],
    what: `${repository}@${what.digest}`,
    signal,
  };
  let at = 0;
  let used = 0;
  for (;;) {
    const range: Record<string, string> = at === 0 ? {} : { range: `bytes=${at}-` };
    const headers = isManifest ? { accept: acceptManifests, ...range } : range;
    const answer = await withRetries(host.retries - used, host.clock, signal, (attempt) => {
      if (attempt.number > 0) used += 1;
      return host.sendOnce({ ...request, headers }, attempt);
    });
    if (answer.status !== 200 && answer.status !== 206) throw await host.failure(answer, request.what);
    let skip = startOf(answer, at, host.host);
    try {
      for await (const chunk of answer.body) {
        const part = skip === 0 ? chunk : chunk.subarray(skip);
        skip -= chunk.byteLength - part.byteLength;
        if (part.byteLength === 0) continue;
        at += part.byteLength;
        if (at > what.size)
          throw new AssayError('CONTENT_MISMATCH', `${what.digest} is longer than its ${what.size} bytes`);
        yield part;
      }
      // Bytes that are missing although the answer ended well are the reader's to judge.
      return;
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      // All is there; only the end of the connection was not as it should be.
      if (at === what.size) return;
      if (used >= host.retries) {
        throw new AssayError(
          'CONTENT_TRUNCATED',
          `${what.digest} ends after ${at} of ${what.size} bytes: ${error.problem.detail}`,
          { cause: error.problem },
        );
      }
      await host.clock.sleep(backoff(used), signal);
      used += 1;
    }
  }
}

/** How many bytes of this answer we have already. */
function startOf(answer: HttpAnswer, at: number, host: string): number {
  if (answer.status === 200) return at;
  const start = /^bytes (\d{1,15})-/.exec(answer.header('content-range') ?? '')?.[1];
  if (start !== undefined && Number(start) <= at) return at - Number(start);
  answer.drop();
  throw new AssayError('REGISTRY_PROTOCOL', `${host} sends another part than the one asked for`);
}
