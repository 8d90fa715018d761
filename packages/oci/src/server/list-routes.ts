import type { Digest } from '@assay/contract';
import { mediaTypes } from '../media-types.ts';
import type { Answer, Exchange } from './exchange.ts';
import { RegistryError } from './registry-error.ts';

const json = { 'content-type': 'application/json' };

function mustRead(exchange: Exchange): void {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
    throw new RegistryError('UNSUPPORTED', 'a list can only be read');
}

/** "Lexical, i.e. case-insensitive alphanumeric" order. Source: distribution-spec 1.1, "Listing Tags". */
function compareNames(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

interface Page {
  readonly names: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

function toPage(exchange: Exchange, all: readonly string[], path: string): Page {
  const last = exchange.query.get('last');
  const count = exchange.query.get('n');
  if (count !== null && !/^\d{1,9}$/.test(count))
    throw new RegistryError('UNSUPPORTED', 'n is not a number', { status: 400 });
  const sorted = [...all].sort(compareNames);
  const rest = last === null ? sorted : sorted.filter((name) => compareNames(name, last) > 0);
  if (count === null) return { names: rest, headers: json };
  const names = rest.slice(0, Number(count));
  const end = names.at(-1);
  if (end === undefined || names.length === rest.length) return { names, headers: json };
  return { names, headers: { ...json, link: `<${path}?n=${count}&last=${encodeURIComponent(end)}>; rel="next"` } };
}

export async function answerTags(exchange: Exchange, repository: string): Promise<Answer> {
  mustRead(exchange);
  if (!(await exchange.folder.hasRepository(repository))) throw new RegistryError('NAME_UNKNOWN', 'no such repository');
  const { names, headers } = toPage(exchange, await exchange.folder.tags(repository), `/v2/${repository}/tags/list`);
  return { status: 200, headers, body: JSON.stringify({ name: repository, tags: names }) };
}

export async function answerCatalog(exchange: Exchange): Promise<Answer> {
  mustRead(exchange);
  const { names, headers } = toPage(exchange, await exchange.folder.repositories(), '/v2/_catalog');
  return { status: 200, headers, body: JSON.stringify({ repositories: names }) };
}

/** What refers to a digest; an unknown one has no referrers, which is no error. */
export async function answerReferrers(exchange: Exchange, repository: string, digest: Digest): Promise<Answer> {
  mustRead(exchange);
  const wanted = exchange.query.get('artifactType');
  const all = await exchange.folder.referrers(repository, digest);
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  return {
    status: 200,
    headers: { 'content-type': mediaTypes.ociIndex, ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }) },
    body: JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }),
  };
}
