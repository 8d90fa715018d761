import { AssayError, type Digest, type ImageReference, isDigest } from '@assay/contract';

/** Longest repository that the grammar's makers accept, host not counted. Source: distribution/reference `RepositoryNameTotalLengthMax`. */
const longestName = 255;
/** Longest host with its port. Source: RFC 1035 §2.3.4. */
const longestHost = 255 + 6;
/** No reference that the grammar accepts is longer: host, repository, tag (128) and a sha512 digest. */
const longestReference = longestHost + 1 + longestName + 1 + 128 + 1 + 7 + 128;

const hubHost = 'docker.io';
const oldHubHost = 'index.docker.io';

// Source: github.com/distribution/reference, the grammar in reference.go. Each is anchored and has one way to match, so none can backtrack far.
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const domainName = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const ipv6 = /^\[[0-9a-fA-F:]+\]$/;
const portDigits = /^[0-9]+$/;
const tagName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

function refuse(text: string, why: string): AssayError {
  const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return new AssayError('REFERENCE_INVALID', `${JSON.stringify(shown)} is not an image reference: ${why}`);
}

function isPort(text: string): boolean {
  return portDigits.test(text) && text.length <= 5 && Number(text) <= 65_535;
}

/** Whether the text is a host as references write it: name, IPv4 or [IPv6], with an optional port. */
export function isRegistryHost(text: string): boolean {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    if (end < 0) return false;
    const rest = text.slice(end + 1);
    return ipv6.test(text.slice(0, end + 1)) && (rest === '' || (rest.startsWith(':') && isPort(rest.slice(1))));
  }
  const colon = text.indexOf(':');
  if (colon < 0) return domainName.test(text);
  return domainName.test(text.slice(0, colon)) && isPort(text.slice(colon + 1));
}

/** Whether the text may follow the colon of a reference. */
export function isTag(text: string): boolean {
  return tagName.test(text);
}

/** Whether the text is a repository's path inside its registry: lower case, `/`-separated. */
export function isRepository(text: string): boolean {
  return text.length <= longestName && text.split('/').every((part) => pathComponent.test(part));
}

/** What stands before the first slash is a host when it looks like one; else the whole is a name on Docker Hub. Source: `splitDockerDomain`. */
function splitHost(name: string): { readonly host: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost =
    slash >= 0 &&
    (first.includes('.') || first.includes(':') || first === 'localhost' || first.toLowerCase() !== first);
  const host = isHost ? first : hubHost;
  const path = isHost ? name.slice(slash + 1) : name;
  if (host !== hubHost && host !== oldHubHost) return { host, path };
  return { host: hubHost, path: path.includes('/') ? path : `library/${path}` };
}

function splitTag(name: string): { readonly name: string; readonly tag?: string } {
  const colon = name.lastIndexOf(':');
  // A colon before the last slash belongs to a port.
  if (colon < 0 || colon < name.lastIndexOf('/')) return { name };
  return { name: name.slice(0, colon), tag: name.slice(colon + 1) };
}

function splitDigest(text: string): { readonly rest: string; readonly digest?: Digest } {
  const at = text.indexOf('@');
  if (at < 0) return { rest: text };
  const digest = text.slice(at + 1);
  if (!isDigest(digest)) throw refuse(text, 'what follows @ must be sha256: and 64 hex digits in lower case');
  return { rest: text.slice(0, at), digest };
}

/**
 * Reads an image reference as Docker and Go tools do: `alpine` is `docker.io/library/alpine`. A missing tag stays missing; the client asks for `latest`.
 * Source: distribution/reference, `ParseNormalizedNamed`. Throws REFERENCE_INVALID.
 */
export function parseReference(text: string): ImageReference {
  if (text === '') throw refuse(text, 'it is empty');
  if (text.length > longestReference) throw refuse(text, `it is longer than ${longestReference} characters`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw refuse(text, 'a reference has no scheme; leave out what stands before //');
  if (/^[0-9a-f]{64}$/.test(text)) throw refuse(text, 'an image id names no repository');

  const { rest, digest } = splitDigest(text);
  const { name, tag } = splitTag(rest);
  if (tag !== undefined && !isTag(tag))
    throw refuse(text, 'a tag has 1 to 128 letters, digits, _ . and -, and starts with none of . -');

  const { host, path } = splitHost(name);
  if (!isRegistryHost(host)) throw refuse(text, `${JSON.stringify(host.slice(0, 80))} is not a host`);
  if (path.toLowerCase() !== path) throw refuse(text, 'the repository must be lower case');
  if (!isRepository(path)) {
    throw refuse(
      text,
      path.length > longestName
        ? `the repository is longer than ${longestName} characters`
        : 'the repository is not well formed',
    );
  }
  return {
    registry: host,
    repository: path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The reference in full, so that reading it again gives the same: `docker.io/library/alpine:3.20`. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
