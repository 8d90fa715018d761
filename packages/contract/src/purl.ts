import { AssayError } from './problem.ts';

/** The decoded parts of a package URL. Source: ECMA-427 (package-url/purl-spec). */
export interface Purl {
  /** Lower case; legacy spellings are mapped (`alpine` → `apk`). */
  readonly type: string;
  /** Segments joined by `/`, decoded; `''` when there is none. */
  readonly namespace: string;
  readonly name: string;
  /** `''` when there is none. */
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly subpath: string;
}

/** The same package at four levels of exactness; each is a canonical string but `raw`. Two producers rarely agree beyond `versioned`. */
export interface PurlLadder {
  /** Type, namespace, name: "which versions of X do we have?" */
  readonly base: string;
  /** And version: "where is X 1.2?" */
  readonly versioned: string;
  /** And the qualifiers that tell artifacts apart, not where they came from: `arch` and `distro` stay, `upstream`, `repository_url` and the like do not. */
  readonly qualified: string;
  /** As the producer wrote it. */
  readonly raw: string;
}

/** Spellings found in real documents, and the registered type. Source: research/anchors-stores.md e.3 trap 21. */
const typeAliases: Readonly<Record<string, string>> = {
  alpine: 'apk',
  'dotnet-core': 'nuget',
  dotnet: 'nuget',
  go: 'golang',
  gomod: 'golang',
  crates: 'cargo',
  rubygems: 'gem',
  packagist: 'composer',
  python: 'pypi',
};

/** Types whose namespace and name are compared without case. Source: purl-spec, the definition of each type. npm is not here: `JSONStream` and `jsonstream` are two packages. */
const foldsName = new Set(['apk', 'bitbucket', 'bitnami', 'composer', 'deb', 'github', 'gitlab', 'hex', 'pypi']);
const foldsNamespace = new Set(['apk', 'bitbucket', 'composer', 'deb', 'github', 'gitlab', 'hex', 'rpm']);

/** Qualifiers that say where an artifact came from rather than which one it is. */
const provenanceQualifiers = new Set([
  'upstream',
  'repository_url',
  'download_url',
  'vcs_url',
  'file_name',
  'checksum',
  'package-id',
]);

const maxLength = 4096;

/** Reads a package URL as strictly as needed to tell packages apart. `undefined` when it is not one. */
export function findPurl(text: string): Purl | undefined {
  if (text.length > maxLength || !/^pkg:/i.test(text)) return undefined;
  let rest = text.slice(4).replace(/^\/+/, '');

  let subpath = '';
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    subpath = segments(rest.slice(hash + 1)).join('/');
    rest = rest.slice(0, hash);
  }

  const question = rest.indexOf('?');
  const qualifiers = question < 0 ? {} : readQualifiers(rest.slice(question + 1));
  if (question >= 0) rest = rest.slice(0, question);

  const slash = rest.indexOf('/');
  if (slash <= 0) return undefined;
  const written = rest.slice(0, slash).toLowerCase();
  if (!/^[a-z][a-z0-9.+-]*$/.test(written)) return undefined;
  const type = Object.hasOwn(typeAliases, written) ? (typeAliases[written] ?? written) : written;
  rest = rest.slice(slash + 1).replace(/\/+$/, '');

  // The version starts at the last `@` after the last `/`; npm's unencoded `@scope/name` has its `@` before it.
  const at = rest.lastIndexOf('@');
  let version = '';
  if (at > 0 && at > rest.lastIndexOf('/')) {
    version = decode(rest.slice(at + 1));
    rest = rest.slice(0, at);
  } else if (at > 0 && rest[at - 1] !== '/') {
    // A version with an unencoded slash, as Go tools write branch names.
    version = decode(rest.slice(at + 1));
    rest = rest.slice(0, at);
  }
  const path = segments(rest);
  const name = path.pop();
  if (name === undefined || name === '') return undefined;
  return {
    type,
    namespace: foldsNamespace.has(type) ? path.join('/').toLowerCase() : path.join('/'),
    name: normalName(type, name),
    version,
    qualifiers,
    subpath,
  };
}

/** Reads a package URL. Throws SBOM_INVALID. */
export function parsePurl(text: string): Purl {
  const purl = findPurl(text);
  if (purl === undefined)
    throw new AssayError('SBOM_INVALID', `not a package URL: ${JSON.stringify(text.slice(0, 200))}`);
  return purl;
}

/** Writes the canonical string: sorted qualifiers, upper-case escapes, the colon never escaped. */
export function formatPurl(parts: {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
  readonly subpath?: string;
}): string {
  const type = parts.type.toLowerCase();
  let out = `pkg:${type}/`;
  if (parts.namespace !== undefined && parts.namespace !== '') {
    const namespace = foldsNamespace.has(type) ? parts.namespace.toLowerCase() : parts.namespace;
    out += `${namespace.split('/').map(encode).join('/')}/`;
  }
  out += encode(normalName(type, parts.name));
  if (parts.version !== undefined && parts.version !== '') out += `@${encode(parts.version)}`;
  const pairs = Object.entries(parts.qualifiers ?? {})
    .filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
    .map(([key, value]): [string, string] => [key.toLowerCase(), value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length > 0) out += `?${pairs.map(([key, value]) => `${key}=${encode(value)}`).join('&')}`;
  if (parts.subpath !== undefined && parts.subpath !== '') out += `#${parts.subpath.split('/').map(encode).join('/')}`;
  return out;
}

/** The four levels of one package URL. `undefined` when the text is not one; the caller keeps the text. */
export function findPurlLadder(raw: string): PurlLadder | undefined {
  const purl = findPurl(raw);
  if (purl === undefined) return undefined;
  const { type, namespace, name, version, qualifiers, subpath } = purl;
  const telling = Object.fromEntries(Object.entries(qualifiers).filter(([key]) => !provenanceQualifiers.has(key)));
  return {
    base: formatPurl({ type, namespace, name }),
    versioned: formatPurl({ type, namespace, name, version }),
    qualified: formatPurl({ type, namespace, name, version, qualifiers: telling, subpath }),
    raw,
  };
}

function normalName(type: string, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return foldsName.has(type) ? name.toLowerCase() : name;
}

function segments(path: string): string[] {
  return path
    .split('/')
    .map(decode)
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function readQualifiers(text: string): Record<string, string> {
  const out = new Map<string, string>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const key = pair.slice(0, equals).toLowerCase();
    const value = decode(pair.slice(equals + 1));
    if (/^[a-z][a-z0-9._-]*$/.test(key) && value !== '') out.set(key, value);
  }
  return Object.fromEntries(out);
}

/** A bad escape stays as it is written: producers forget to escape `%`. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  // A lone surrogate cannot be encoded; it becomes U+FFFD as in any UTF-8 writer.
  return encodeURIComponent(text.toWellFormed())
    .replace(/%3A/g, ':')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
