import { AssayError } from '@assay/contract';
import type { DocumentSubject, Entity } from './facts.ts';
import { storable } from './to-facts.ts';

/** Reads what a document is about as an image or a source. Source: spec/store.md §3.4. Throws ENTITY_INVALID. */
export function toEntity(kind: Entity['kind'], { name, version }: DocumentSubject): Entity {
  if (name === '') throw new AssayError('ENTITY_INVALID', 'the document does not name what it is about');
  if (version === '')
    throw new AssayError('ENTITY_INVALID', `the document gives no version of ${JSON.stringify(name.slice(0, 200))}`);
  return checkEntity(kind === 'image' ? toImage(name, version) : toSource(name, version));
}

/** Longer names cannot be keys of an index. UTF-8 bytes, all parts together. */
const maxKeyBytes = 2000;

/** Gives an entity that can be kept. Throws ENTITY_INVALID for one whose names are too long. */
export function checkEntity(entity: Entity): Entity {
  const { kind, ...parts } = entity;
  const [host, organization, name, digest] = [parts.host, parts.organization, parts.name, parts.digest].map(storable);
  const sound = { kind, host: host ?? '', organization: organization ?? '', name: name ?? '', digest: digest ?? '' };
  const bytes = Buffer.byteLength(sound.host + sound.organization + sound.name + sound.digest);
  if (bytes > maxKeyBytes)
    throw new AssayError(
      'ENTITY_INVALID',
      `the name and the version of the ${kind} have ${bytes} bytes, more than ${maxKeyBytes}`,
    );
  return sound;
}

/** `registry.example.com/team/app`; the first part is a registry when it could be a host. A digest in the name yields to the version. */
function toImage(full: string, version: string): Entity {
  const name = full.split('@', 1)[0] ?? full;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first.includes('.') || /:\d+$/.test(first) || first === 'localhost';
  return {
    kind: 'image',
    host: isHost ? first : '',
    organization: '',
    name: isHost ? name.slice(slash + 1) : name,
    digest: version,
  };
}

/** A URL of a repository or of Flux's archive of one, or a folder. */
function toSource(name: string, version: string): Entity {
  const url = findUrl(name);
  if (url === undefined) return { kind: 'source', host: '', organization: '', name, digest: version };
  const [organization = '', ...rest] = url.path.split('/').filter((part) => part !== '');
  const repository = rest.length === 0 ? organization : rest.join('/');
  return {
    kind: 'source',
    host: url.host,
    organization: rest.length === 0 ? '' : organization,
    name: repository.replace(/\.git$/, ''),
    digest: version,
  };
}

/** `https://host/path` and git's `user@host:path`. Whoever has a password in it has told too many already: it is left out. */
function findUrl(text: string): { readonly host: string; readonly path: string } | undefined {
  const full = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/?#]+)([^?#]*)/i.exec(text);
  if (full !== null) return { host: full[1] ?? '', path: full[2] ?? '' };
  const short = /^[\w.-]+@([\w.-]+):([^\s]+)$/.exec(text);
  return short === null ? undefined : { host: short[1] ?? '', path: short[2] ?? '' };
}
