import { AssayError } from '@assay/contract';
import type { FastifyRequest } from 'fastify';

/** The bytes of a body, whatever its type. Throws REQUEST_INVALID. */
export function bodyOf({ body }: FastifyRequest): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  throw new AssayError('REQUEST_INVALID', 'the request has no body');
}
