import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { AssayError } from '@assay/contract';
import type { Entity, StoredReport, Upload } from '@assay/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import { invalid } from './request-words.ts';
import type { RouteContext } from './store-routes.ts';
import { addTreeRoutes } from './tree-routes.ts';

/** Takes documents in. Source: spec/store.md §3.3. */
export function addSubmitRoutes(server: FastifyInstance, context: RouteContext): void {
  const { store, maxDocumentBytes } = context;
  server.post('/api/v1/images', async (request) => {
    const stored = await store.intake.submit(await readUpload(request, 'image', maxDocumentBytes));
    const { host, name, digest } = stored.entity;
    return { ID: stored.artifactId, Registry: host, Name: name, Digest: digest, ReportUid: stored.uid };
  });
  server.post('/api/v1/sources', async (request) =>
    toSourceAnswer(await store.intake.submit(await readUpload(request, 'source', maxDocumentBytes))),
  );
  addTreeRoutes(server, context);
}

function toSourceAnswer({ artifactId, entity, uid }: StoredReport) {
  const { host, organization, name, digest } = entity;
  return {
    ...{ ID: artifactId, Host: host, Organization: organization, Repository: name, Sha: digest },
    ReportUID: uid,
  };
}

async function readUpload(request: FastifyRequest, kind: Entity['kind'], most: number): Promise<Upload> {
  const standard = standardOf(request);
  const isForm = mediaTypeOf(request.headers['content-type']) === 'multipart/form-data';
  const { bytes, mediaType } = isForm ? await readForm(request) : await readPlain(request, most);
  const encoding = encodingOf(mediaType);
  if (standard === 'spdx' && encoding === 'xml') throw invalid('SPDX is taken as application/json only');
  const subject = subjectOf(request);
  const uid = header(request, 'report-uid');
  const originalLocation = header(request, 'original-location');
  const filePath = kind === 'image' ? header(request, 'image-file-path') : undefined;
  return {
    ...{ kind, bytes, claims: { standard, encoding } },
    ...(subject === undefined ? {} : { subject }),
    ...(uid === undefined ? {} : { uid }),
    ...(originalLocation === undefined ? {} : { originalLocation }),
    ...(filePath === undefined ? {} : { filePath }),
  };
}

function standardOf(request: FastifyRequest): 'cyclonedx' | 'spdx' {
  const format = header(request, 'report-type-format')?.toLowerCase();
  if (format === 'cyclonedx' || format === 'spdx') return format;
  throw invalid(
    format === undefined
      ? 'the header Report-Type-Format is missing: cyclonedx or spdx'
      : `Report-Type-Format is ${JSON.stringify(format.slice(0, 60))}, not cyclonedx or spdx`,
  );
}

function encodingOf(mediaType: string): 'json' | 'xml' {
  if (mediaType === 'application/json') return 'json';
  if (mediaType === 'application/xml') return 'xml';
  throw invalid(
    mediaType === ''
      ? 'the media type is missing: application/json, application/xml or multipart/form-data'
      : `the media type is ${JSON.stringify(mediaType.slice(0, 60))}, not application/json, application/xml or multipart/form-data`,
  );
}

/** Together or not at all. */
function subjectOf(request: FastifyRequest): Upload['subject'] {
  const name = header(request, 'entity-name');
  const version = header(request, 'entity-version');
  if (name === undefined && version === undefined) return undefined;
  if (name === undefined || version === undefined)
    throw invalid('Entity-Name and Entity-Version come together or not at all');
  return { name, version };
}

/** A header's text, read as UTF-8; `undefined` when it is absent or empty. */
function header({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined || text === '') return undefined;
  if (text.length > 4_000) throw invalid(`the header ${name} is longer than 4000 characters`);
  // Node hands headers over as Latin-1.
  return /[\u0080-\u00ff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function readPlain(request: FastifyRequest, most: number) {
  const mediaType = mediaTypeOf(request.headers['content-type']);
  // What is refused for its type needs no unpacking.
  encodingOf(mediaType);
  return { mediaType, bytes: await unpack(bodyOf(request), request.headers['content-encoding'], most) };
}

/** The parts `file` and `format`, in any order; what the part of the file says of itself does not matter. Throws REQUEST_INVALID, and the limits' own errors. */
async function readForm(request: FastifyRequest): Promise<{ readonly bytes: Buffer; readonly mediaType: string }> {
  if (!/;\s*boundary=/i.test(request.headers['content-type'] ?? '')) throw invalid('the form has no boundary');
  const { bytes, mediaType } = await readParts(request).catch((cause: unknown) => {
    // One that breaks off is the sender's mistake; only limits have codes.
    if (cause instanceof AssayError || (cause instanceof Error && 'code' in cause)) throw cause;
    throw new AssayError('REQUEST_INVALID', 'the form breaks off or is no form', { cause });
  });
  if (bytes === undefined || bytes.length === 0) throw invalid('the form has no field file');
  if (mediaType === undefined) throw invalid('the form has no field format');
  return { bytes, mediaType };
}

async function readParts(request: FastifyRequest) {
  let bytes: Buffer | undefined;
  let mediaType: string | undefined;
  for await (const part of request.parts()) {
    if (part.fieldname === 'file')
      bytes = part.type === 'file' ? await part.toBuffer() : Buffer.from(String(part.value));
    else if (part.type === 'file') await part.toBuffer();
    else if (part.fieldname === 'format') mediaType = mediaTypeOf(String(part.value));
  }
  return { bytes, mediaType };
}

const inflate = promisify(gunzip);
const inflateZstd = promisify(zstdDecompress);

/** Undoes the one layer of compression that a client may use. Throws LIMIT_EXCEEDED, REQUEST_INVALID. */
async function unpack(bytes: Buffer, encoding: string | undefined, most: number): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return bytes;
  if (name !== 'gzip' && name !== 'zstd')
    throw invalid(`Content-Encoding is ${JSON.stringify(name.slice(0, 60))}, not gzip or zstd`);
  try {
    return await (name === 'gzip' ? inflate : inflateZstd)(bytes, { maxOutputLength: most });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw new AssayError('LIMIT_EXCEEDED', `the document has more than ${most} bytes when it is unpacked`, { cause });
    throw invalid(`the body is not ${name} as Content-Encoding says`);
  }
}
