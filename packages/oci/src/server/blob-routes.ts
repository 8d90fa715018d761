import { createReadStream } from 'node:fs';
import type { Digest } from '@assay/contract';
import { type Answer, type Exchange, headerOf } from './exchange.ts';
import { RegistryError } from './registry-error.ts';

interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** The one range a request asks for; undefined when it asks for none, or for what may be ignored. Source: RFC 9110 §14. */
function findRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (start >= size || (from === '' && Number(to) === 0)) {
    throw new RegistryError('SIZE_INVALID', 'the range lies outside the blob', {
      status: 416,
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { start, end };
}

async function readBlob(exchange: Exchange, repository: string, digest: Digest): Promise<Answer> {
  const { folder, method } = exchange;
  const size = await folder.findBlobSize(repository, digest);
  if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', 'the repository has no such blob');
  const common = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
  };
  const range = method === 'GET' ? findRange(headerOf(exchange, 'range'), size) : undefined;
  const length = range === undefined ? size : range.end - range.start + 1;
  const headers = { ...common, 'content-length': String(length) };
  if (method === 'HEAD') return { status: 200, headers };
  const path = folder.pathOf(digest);
  if (range === undefined) return { status: 200, headers, body: createReadStream(path, { highWaterMark: 256 * 1024 }) };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${size}` },
    body: createReadStream(path, { start: range.start, end: range.end, highWaterMark: 256 * 1024 }),
  };
}

/** GET, HEAD and DELETE of a blob. */
export async function answerBlob(exchange: Exchange, repository: string, digest: Digest): Promise<Answer> {
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return readBlob(exchange, repository, digest);
  if (exchange.method !== 'DELETE') throw new RegistryError('UNSUPPORTED', 'blobs are pushed through uploads');
  if (await exchange.folder.unlinkBlob(repository, digest)) return { status: 202 };
  throw new RegistryError('BLOB_UNKNOWN', 'the repository has no such blob');
}
