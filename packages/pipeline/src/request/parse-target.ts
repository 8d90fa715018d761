import { AssayError, type Target } from '@assay/contract';

/**
 * What a path is: a folder, a folder with an OCI layout, an image archive, a CycloneDX or SPDX document, another file.
 * `undefined` when nothing is there.
 */
export type PathKind = 'directory' | 'layout' | 'archive' | 'sbom' | 'file';

/** Looks at the disk for the parser, which itself does no I/O. */
export type Probe = (path: string) => PathKind | undefined | Promise<PathKind | undefined>;

export interface ParsedTarget {
  readonly target: Target;
  /** Where the word did not say what it is: a sentence on what it was taken for, to print. */
  readonly guessed: string | undefined;
}

const maxLength = 4096;

/** What each prefix means, and what may stand on the disk there. */
const prefixes: ReadonlyMap<string, (rest: string, text: string, probe: Probe) => Promise<Target>> = new Map([
  ['registry', async (rest: string, text: string) => registryTarget(rest, text)],
  ['oci', layoutTarget],
  ['oci-dir', layoutTarget],
  ['oci-archive', archiveTarget],
  ['docker-archive', archiveTarget],
  ['archive', archiveTarget],
  ['dir', directoryTarget],
  ['sbom', sbomTarget],
]);

/** Prefixes of other tools that name what this product cannot reach, with what to do instead. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  [
    'docker',
    'Save the image (docker save IMAGE -o image.tar) and name docker-archive:image.tar, or name it in its registry with registry:IMAGE.',
  ],
  [
    'docker-daemon',
    'Save the image (docker save IMAGE -o image.tar) and name docker-archive:image.tar, or name it in its registry with registry:IMAGE.',
  ],
  [
    'podman',
    'Save the image (podman save IMAGE -o image.tar) and name docker-archive:image.tar, or name it in its registry with registry:IMAGE.',
  ],
  [
    'containers-storage',
    'Save the image (podman save IMAGE -o image.tar) and name docker-archive:image.tar, or name it in its registry with registry:IMAGE.',
  ],
  [
    'containerd',
    'Save the image (ctr image export image.tar IMAGE) and name oci-archive:image.tar, or name it in its registry with registry:IMAGE.',
  ],
  ['singularity', 'Name an OCI or docker archive of the image, or its unpacked folder with dir:PATH.'],
]);

/**
 * Reads a target as people write it: a word with a prefix means what the prefix says, a bare word is guessed in this order:
 * `-` (a document on standard input) · something on the disk, with `@sha256:…` or `:NAME` after a layout or archive ·
 * what looks like a path (FILE_NOT_FOUND) · an image reference. Throws TARGET_UNKNOWN and FILE_NOT_FOUND.
 */
export async function parseTarget(text: string, probe: Probe): Promise<ParsedTarget> {
  if (text === '') throw unknown('an empty word is no target');
  if (text.length > maxLength || text.includes('\0')) throw unknown(`${shown(text)} is no target`);
  if (text === '-') return { target: { kind: 'sbom', path: '-' }, guessed: undefined };

  const scheme = /^([a-z][a-z-]*):(?!\/\/)(.*)$/s.exec(text);
  const prefix = scheme?.[1] ?? '';
  const rest = scheme?.[2] ?? '';
  if (prefixes.has(prefix) || elsewhere.has(prefix)) return parsePrefixed(prefix, rest, text, probe);
  return guessTarget(text, probe);
}

async function parsePrefixed(prefix: string, rest: string, text: string, probe: Probe): Promise<ParsedTarget> {
  if (rest === '') throw unknown(`${shown(text)} names nothing after ${prefix}:`);
  // `registry:2` and `docker:24-dind` are well-known images, `registry:5000/app` is a host with its port.
  const isTagged =
    (prefix === 'registry' || prefix === 'docker') &&
    /^(?:[0-9][0-9A-Za-z._-]*|latest)(?:@sha256:[0-9a-f]{64})?$/.test(rest);
  const isPort = /^[0-9]{1,5}\/[a-z0-9]/.test(rest);
  const isOnDisk =
    prefix !== 'registry' &&
    !elsewhere.has(prefix) &&
    (isTagged || isPort) &&
    (await splitPath(rest, probe)) !== undefined;
  if ((isTagged || isPort) && !isOnDisk) {
    return {
      target: { kind: 'registry', reference: text },
      guessed: guess(text, 'an image in a registry', isPort ? `${prefix}:./${rest}` : undefined),
    };
  }
  const parse = prefixes.get(prefix);
  if (parse === undefined) {
    throw new AssayError(
      'TARGET_UNKNOWN',
      `${shown(text)} names an image of another program (${prefix}), which is not read`,
      {
        hint: elsewhere.get(prefix) ?? '',
      },
    );
  }
  return { target: await parse(rest, text, probe), guessed: undefined };
}

async function guessTarget(text: string, probe: Probe): Promise<ParsedTarget> {
  const found = await splitPath(text, probe);
  if (found !== undefined)
    return {
      target: toTarget(found, text),
      guessed: guess(text, sayings[found.kind], `registry:${text}`, isReference(text)),
    };
  if (looksLikePath(text)) throw notFound(text);

  const url = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text);
  if (url?.[1] === 'docker' && url[2] !== undefined && isReference(url[2])) {
    return { target: { kind: 'registry', reference: url[2] }, guessed: guess(text, 'an image in a registry') };
  }
  if (url !== null) {
    throw new AssayError('TARGET_UNKNOWN', `${shown(text)} is a URL, which is no target`, {
      hint: 'Name an image without its scheme (registry.example/app:1), or download the file and name it.',
    });
  }
  if (isReference(text)) {
    return {
      target: { kind: 'registry', reference: text },
      guessed: guess(text, 'an image in a registry', `dir:${text}`, false),
    };
  }
  if (isReference(text.toLowerCase())) {
    throw new AssayError('TARGET_UNKNOWN', `${shown(text)} is not on this disk, and image names are lower case`);
  }
  throw unknown(`${shown(text)} is neither on this disk nor an image reference`);
}

interface Found {
  readonly path: string;
  readonly kind: PathKind;
  /** `@sha256:…` or `:NAME`. */
  readonly selector?: string;
}

/** The part of the text that is on the disk, and what follows it. The longest path wins: names may hold `:` and `@`. */
async function splitPath(text: string, probe: Probe): Promise<Found | undefined> {
  const whole = await probe(text);
  if (whole !== undefined) return { path: text, kind: whole };
  const at = /@sha(?:256|512):[0-9a-f]+$/.exec(text);
  const undigested = at === null ? text : text.slice(0, at.index);
  const cuts = at === null ? [] : [undigested.length];
  cuts.push(...colonsOf(undigested));
  for (const cut of cuts) {
    const path = text.slice(0, cut);
    const kind = await probe(path);
    // After a layout, `:5000/app` is a host with its port; in a docker archive images have whole references for names.
    const isName = kind === 'archive' || (kind === 'layout' && !/[\\/]/.test(undigested.slice(cut + 1)));
    // A digest says exactly which; a name beside it adds nothing.
    if (isName) return { path, kind, selector: at === null ? text.slice(cut) : at[0] };
  }
  return undefined;
}

/** Where a name may start, the last first. Not `C:`: that is a drive. */
function colonsOf(text: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.lastIndexOf(':'); at > 1 && found.length < 8; at = text.lastIndexOf(':', at - 1)) found.push(at);
  return found;
}

function toTarget(found: Found, text: string): Target {
  const { path, kind, selector } = found;
  const chosen = selector === undefined ? {} : { selector };
  if (kind === 'layout') return { kind: 'oci-layout', path, ...chosen };
  if (kind === 'archive') return { kind: 'archive', path, ...chosen };
  if (kind === 'directory') return { kind: 'directory', path };
  if (kind === 'sbom') return { kind: 'sbom', path };
  throw new AssayError('TARGET_UNKNOWN', `${shown(text)} is a file, but neither an image archive nor an SBOM`, {
    hint: `Name the folder it is in with dir:PATH, or say what it is with docker-archive:FILE, oci-archive:FILE${
      isReference(text) ? ', sbom:FILE or registry:IMAGE' : ' or sbom:FILE'
    }.`,
  });
}

function registryTarget(rest: string, text: string): Target {
  const reference = rest.replace(/^\/\//, '');
  if (!isReference(reference)) throw unknown(`${shown(text)}: ${shown(reference)} is not an image reference`);
  return { kind: 'registry', reference };
}

async function layoutTarget(rest: string, text: string, probe: Probe): Promise<Target> {
  const found = await splitPath(rest, probe);
  if (found === undefined) throw notFound(pathOf(rest));
  if (found.kind === 'archive') return toTarget(found, text);
  if (found.kind !== 'layout' && found.kind !== 'directory')
    throw unknown(`${shown(text)}: ${shown(found.path)} is a file, not a layout folder`);
  return {
    kind: 'oci-layout',
    path: found.path,
    ...(found.selector === undefined ? {} : { selector: found.selector }),
  };
}

async function archiveTarget(rest: string, text: string, probe: Probe): Promise<Target> {
  const found = await splitPath(rest, probe);
  if (found === undefined) throw notFound(pathOf(rest));
  if (found.kind === 'layout') return toTarget(found, text);
  if (found.kind === 'directory') throw unknown(`${shown(text)}: ${shown(found.path)} is a folder, not an archive`);
  return { kind: 'archive', path: found.path, ...(found.selector === undefined ? {} : { selector: found.selector }) };
}

async function directoryTarget(rest: string, text: string, probe: Probe): Promise<Target> {
  const kind = await probe(rest);
  if (kind === undefined) throw notFound(rest);
  if (kind !== 'directory' && kind !== 'layout')
    throw unknown(`${shown(text)}: ${shown(rest)} is a file, not a folder`);
  return { kind: 'directory', path: rest };
}

async function sbomTarget(rest: string, text: string, probe: Probe): Promise<Target> {
  if (rest === '-') return { kind: 'sbom', path: '-' };
  const kind = await probe(rest);
  if (kind === undefined) throw notFound(rest);
  if (kind === 'directory' || kind === 'layout')
    throw unknown(`${shown(text)}: ${shown(rest)} is a folder, not a document`);
  return { kind: 'sbom', path: rest };
}

/** The path without what looks like a selector: for messages. */
function pathOf(rest: string): string {
  return rest.replace(/@sha(?:256|512):[0-9a-f]+$/, '');
}

/** Endings that files of ours have; an image may be called so, but who writes one means a file. */
const fileEnding = /\.(?:json|xml|spdx|tar|tgz|gz|zip|cdx|yaml|yml|tv|rdf)$/i;

function looksLikePath(text: string): boolean {
  return /^(?:[\\/~]|\.{1,2}(?:[\\/]|$)|[A-Za-z]:[\\/])/.test(text) || text.includes('\\') || fileEnding.test(text);
}

/**
 * Whether the text may be an image reference: enough to tell it from a typing mistake; the registry client's parser has the last word.
 * Source: github.com/distribution/reference, the grammar in reference.go.
 */
function isReference(text: string): boolean {
  const at = text.indexOf('@');
  if (at >= 0 && !/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(text.slice(at + 1))) return false;
  let name = at < 0 ? text : text.slice(0, at);
  const colon = name.lastIndexOf(':');
  if (colon > name.lastIndexOf('/')) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name.slice(colon + 1))) return false;
    name = name.slice(0, colon);
  }
  const parts = name.split('/');
  const [first = ''] = parts;
  const isHost = parts.length > 1 && (/[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (isHost && !/^(?:[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/.test(first)) return false;
  return (isHost ? parts.slice(1) : parts).every((part) => /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(part));
}

const sayings: Readonly<Record<PathKind, string>> = {
  directory: 'a folder',
  layout: 'an OCI layout',
  archive: 'an image archive',
  sbom: 'an SBOM',
  file: 'a file',
};

/** `isEither`: whether the word would be sound in the other reading too, which is worth a hint. */
function guess(text: string, taken: string, otherwise?: string, isEither = true): string {
  const hint = otherwise !== undefined && isEither ? `; if it is not, name it as ${shown(otherwise)}` : '';
  return `${shown(text)} is taken for ${taken}${hint}`;
}

function unknown(detail: string): AssayError {
  return new AssayError('TARGET_UNKNOWN', detail);
}

function notFound(path: string): AssayError {
  return new AssayError('FILE_NOT_FOUND', `${shown(path)} does not exist`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
