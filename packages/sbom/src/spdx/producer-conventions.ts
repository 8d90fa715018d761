import { findPurl, type Package } from '@assay/contract';

type Source = NonNullable<Package['source']>;

/** What `sourceInfo` tells where its producer keeps to a form that others read. */
export interface SourceInfo {
  readonly source?: Source;
  readonly paths: readonly string[];
}

/** Source: Trivy's SPDX documents since 0.38. */
const builtFrom = 'built package from: ';
const foundIn = 'package found in: ';
/** Source: Syft's SPDX documents; the words between name the kind of package. */
const acquiredFrom = /^acquired package info from [^:]{1,80}: /;

/** Reads `sourceInfo` of Trivy, Syft and ours. Other texts tell nothing. */
export function readSourceInfo(text: string): SourceInfo {
  if (text.startsWith(builtFrom)) {
    const [name = '', version = ''] = text.slice(builtFrom.length).trim().split(/\s+/, 2);
    return name === '' ? { paths: [] } : { source: { name, version }, paths: [] };
  }
  if (text.startsWith(foundIn)) return { paths: paths([text.slice(foundIn.length)]) };
  const lead = acquiredFrom.exec(text);
  return lead === null ? { paths: [] } : { paths: paths(text.slice(lead[0].length).split(/, (?=\/)/)) };
}

/** Writes `sourceInfo` as Trivy does: the source package, or else the place. */
export function formatSourceInfo(pkg: Package): string | undefined {
  if (pkg.source !== undefined) return `${builtFrom}${pkg.source.name} ${pkg.source.version}`.trimEnd();
  const [first] = pkg.locations;
  return first === undefined ? undefined : `${foundIn}${first.path}`;
}

function paths(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.trim().replace(/^\/+/, '')).filter((path) => path !== '');
}

/** What a package URL tells beyond its name: source package, architecture, the name people write. */
export interface PurlFacts {
  readonly source?: Source;
  readonly arch?: string;
  readonly name?: string;
}

/** How the ecosystems join namespace and name. */
const separators: Readonly<Record<string, string>> = {
  maven: ':',
  npm: '/',
  golang: '/',
  composer: '/',
  swift: '/',
};

/** Reads the qualifiers that Syft, Trivy and distributions write. */
export function readPurlFacts(text: string): PurlFacts {
  const purl = findPurl(text);
  if (purl === undefined) return {};
  const arch = purl.qualifiers.arch;
  const upstream = purl.qualifiers.upstream;
  const source = upstream === undefined ? undefined : readUpstream(upstream);
  const separator = Object.hasOwn(separators, purl.type) ? separators[purl.type] : undefined;
  return {
    ...(arch === undefined ? {} : { arch }),
    ...(source === undefined ? {} : { source }),
    ...(separator === undefined || purl.namespace === '' ? {} : { name: `${purl.namespace}${separator}${purl.name}` }),
  };
}

/** Words that GitHub's dependency graph put before names until 2024, and the types of package URL they stand for. */
const namePrefixes: Readonly<Record<string, string>> = {
  actions: 'githubactions',
  composer: 'composer',
  go: 'golang',
  maven: 'maven',
  npm: 'npm',
  nuget: 'nuget',
  pip: 'pypi',
  pub: 'pub',
  rubygems: 'gem',
  rust: 'cargo',
  swift: 'swift',
};

/** The name people write: with the namespace where the producer left it out, without the ecosystem where GitHub put it in. */
export function toEcosystemName(given: string, purl: string | undefined, facts: PurlFacts): string {
  if (purl === undefined) return given;
  const colon = given.indexOf(':');
  const prefix = colon < 0 ? '' : given.slice(0, colon);
  const type = Object.hasOwn(namePrefixes, prefix) ? namePrefixes[prefix] : undefined;
  const name = type !== undefined && purl.startsWith(`pkg:${type}/`) ? given.slice(colon + 1) : given;
  return facts.name?.endsWith(name) === true ? facts.name : name;
}

/** `name`, `name@version`, or the file name of a source RPM: `name-version-release.src.rpm`. */
function readUpstream(text: string): Source | undefined {
  const rpm = /^(.+)-([^-]+)-([^-]+)\.(?:src|nosrc)\.rpm$/.exec(text);
  if (rpm !== null) return { name: rpm[1] ?? '', version: `${rpm[2]}-${rpm[3]}` };
  const at = text.lastIndexOf('@');
  const source = at > 0 ? { name: text.slice(0, at), version: text.slice(at + 1) } : { name: text, version: '' };
  return source.name === '' ? undefined : source;
}

/** Ids that Syft (`DocumentRoot`), Trivy and we give to what was scanned: the place packages lie in, not a package. */
const scanned = /^SPDXRef-(DocumentRoot|ContainerImage|Filesystem|Repository|VMImage)-/;

/** Whether the element stands for the scanned thing as a whole. */
export function isScannedThing(spdxId: string): boolean {
  return scanned.test(spdxId);
}

/**
 * The source with a version: the binary's where none is said. The file name of a source RPM cannot hold the epoch, so there it is
 * the binary's; for Debian's sources a missing epoch says that there is none (bsdutils 1:2.38.1 is built from util-linux 2.38.1).
 */
export function withSourceVersion(
  source: Source | undefined,
  version: string,
  purl: string | undefined,
): Source | undefined {
  if (source === undefined) return undefined;
  const lacksEpoch = purl !== undefined && isRpm(purl) && version.endsWith(`:${source.version}`);
  return source.version === '' || lacksEpoch ? { name: source.name, version } : source;
}

function isRpm(purl: string): boolean {
  return /^pkg:\/*rpm\//i.test(purl);
}

/** The version as said, or as the package URL has it; RPM's epoch is a qualifier there. */
export function withVersionOfPurl(said: string | undefined, purlText: string | undefined): string {
  if (purlText === undefined) return said ?? '';
  const hasEpoch = isRpm(purlText);
  if (said !== undefined && (!hasEpoch || said.includes(':'))) return said;
  const purl = findPurl(purlText);
  const version = said ?? purl?.version ?? '';
  const epoch = hasEpoch ? (purl?.qualifiers.epoch ?? '0') : '0';
  return version === '' || epoch === '0' || !/^\d+$/.test(epoch) || version.includes(':')
    ? version
    : `${epoch}:${version}`;
}
