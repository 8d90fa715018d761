import { createReadStream } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import { type Digest, digestParts, isDigest } from '@assay/contract';
import { isRepository } from '../reference.ts';
import { hashFor } from '../verified.ts';
import { type Answer, type Exchange, headerOf } from './exchange.ts';
import { RegistryError } from './registry-error.ts';
import { parseDigestText } from './route.ts';

function blobLocation(repository: string, digest: Digest): Readonly<Record<string, string>> {
  return { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest };
}

function uploadHeaders(repository: string, id: string, size: number): Readonly<Record<string, string>> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    // The specification counts the last byte, so that nothing yet is `0-0`, as is one byte: registries agree on that oddity.
    range: `0-${Math.max(0, size - 1)}`,
    'docker-upload-uuid': id,
  };
}

/** Appends what the request carries to the upload. Says how long the upload is then. */
async function append(exchange: Exchange, repository: string, id: string, size: number): Promise<number> {
  const file = await open(exchange.folder.uploadPath(repository, id), 'r+');
  let at = size;
  try {
    for await (const chunk of exchange.body) {
      if (at + chunk.byteLength > exchange.blobLimit)
        throw new RegistryError('SIZE_INVALID', 'the blob is larger than this registry takes', { status: 413 });
      for (let done = 0; done < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
    }
    return at;
  } finally {
    await file.close();
  }
}

async function hexOf(path: string, digest: Digest): Promise<string> {
  const hash = hashFor(digest);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}

async function finish(exchange: Exchange, repository: string, id: string, digest: Digest): Promise<Answer> {
  const { folder } = exchange;
  if ((await hexOf(folder.uploadPath(repository, id), digest)) !== digestParts(digest).hex) {
    await folder.cancelUpload(repository, id);
    throw new RegistryError('DIGEST_INVALID', 'the bytes are not those of the digest');
  }
  await folder.keepUpload(repository, id, digest);
  return { status: 201, headers: blobLocation(repository, digest) };
}

/** Links a blob another repository has; undefined when that is not possible, and the client uploads after all. */
async function mount(exchange: Exchange, repository: string): Promise<Answer | undefined> {
  const wanted = exchange.query.get('mount');
  if (wanted === null || !isDigest(wanted)) return undefined;
  const from = exchange.query.get('from');
  const size =
    from === null
      ? exchange.isOpen && (await exchange.folder.findContentSize(wanted))
      : isRepository(from) && (await exchange.mayPull(from)) && (await exchange.folder.findBlobSize(from, wanted));
  if (typeof size !== 'number') return undefined;
  await exchange.folder.linkBlob(repository, wanted);
  return { status: 201, headers: blobLocation(repository, wanted) };
}

/** POST: begins an upload, or does it whole with `?digest=`, or spares it with `?mount=`. */
export async function answerUploads(exchange: Exchange, repository: string): Promise<Answer> {
  const { folder, method, query } = exchange;
  if (method !== 'POST') throw new RegistryError('UNSUPPORTED', 'an upload begins with POST');
  const mounted = await mount(exchange, repository);
  if (mounted !== undefined) return mounted;
  const text = query.get('digest');
  const digest = text === null ? undefined : parseDigestText(text);
  const id = await folder.startUpload(repository);
  if (digest === undefined) return { status: 202, headers: uploadHeaders(repository, id, 0) };
  try {
    await append(exchange, repository, id, 0);
    return await finish(exchange, repository, id, digest);
  } catch (error) {
    await folder.cancelUpload(repository, id);
    throw error;
  }
}

/** Throws unless the part begins where the upload ends. */
function checkOrder(exchange: Exchange, repository: string, id: string, size: number): number | undefined {
  const header = headerOf(exchange, 'content-range');
  if (header === undefined) return undefined;
  const match = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/.*)?$/.exec(header);
  const [start, end] = [Number(match?.[1] ?? -1), Number(match?.[2] ?? -1)];
  if (match === null || start !== size || end < start) {
    throw new RegistryError('BLOB_UPLOAD_INVALID', `the upload continues at byte ${size}`, {
      status: 416,
      headers: uploadHeaders(repository, id, size),
    });
  }
  return end + 1;
}

async function appendInOrder(exchange: Exchange, repository: string, id: string, size: number): Promise<number> {
  const expected = checkOrder(exchange, repository, id, size);
  const now = await append(exchange, repository, id, size);
  if (expected === undefined || expected === now) return now;
  await truncate(exchange.folder.uploadPath(repository, id), size);
  throw new RegistryError('SIZE_INVALID', 'the part is not as long as its Content-Range says');
}

/** GET, PATCH, PUT and DELETE of a begun upload. */
export function answerUpload(exchange: Exchange, repository: string, id: string): Promise<Answer> {
  const { folder, method } = exchange;
  return folder.alone(id, async () => {
    const size = await folder.findUploadSize(repository, id);
    if (size === undefined) throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'no such upload');
    switch (method) {
      case 'GET':
      case 'HEAD':
        return { status: 204, headers: uploadHeaders(repository, id, size) };
      case 'PATCH':
        return {
          status: 202,
          headers: uploadHeaders(repository, id, await appendInOrder(exchange, repository, id, size)),
        };
      case 'PUT': {
        const digest = parseDigestText(exchange.query.get('digest') ?? '');
        await appendInOrder(exchange, repository, id, size);
        return finish(exchange, repository, id, digest);
      }
      case 'DELETE':
        await folder.cancelUpload(repository, id);
        return { status: 204 };
      default:
        throw new RegistryError('UNSUPPORTED', 'an upload knows GET, PATCH, PUT and DELETE');
    }
  });
}
