import { type Distro, findPurl, type Package, type Purl } from '@assay/contract';
import { distroOfPurl, releasesOf } from '../naming/distro-release.ts';
import { type EcosystemKey, nameKey } from '../naming/ecosystem-key.ts';
import { distributionTypes, findLanguageEcosystem, nameOfPurl } from '../naming/purl-ecosystem.ts';
import { findOrder, type VersionOrder } from '../versions/compare.ts';

/** One question to the data: what is known of this name, and does it hold for this version? */
export interface Query {
  readonly ecosystem: EcosystemKey;
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly order: VersionOrder;
}

/** What can be asked about a package, or why nothing can. */
export type Asked =
  | { readonly kind: 'queries'; readonly queries: readonly Query[] }
  /** A kind of package of which the data holds nothing. */
  | { readonly kind: 'no-data'; readonly what: string }
  /** A distribution's package, and nobody says of which. */
  | { readonly kind: 'distro-unknown' }
  /** A distribution, or a release of it, of which the data holds nothing. */
  | { readonly kind: 'distro-not-covered'; readonly what: string }
  | { readonly kind: 'no-purl' }
  | { readonly kind: 'bad-purl' };

/** `VulnerabilityData.releases`. */
export type Releases = (base: string) => ReadonlySet<string> | undefined;

/** The questions for one package: by source name for a distribution's, else by the ecosystem's own name. */
export function toQueries(pkg: Package, distro: Distro | undefined, known: Releases): Asked {
  if (pkg.purl === undefined || pkg.purl === '') return { kind: 'no-purl' };
  const purl = findPurl(pkg.purl);
  if (purl === undefined) return { kind: 'bad-purl' };
  if (distributionTypes.has(purl.type)) return distributionQueries(pkg, purl, distro, known);
  const ecosystem = findLanguageEcosystem(purl.type);
  if (ecosystem === undefined) return { kind: 'no-data', what: `pkg:${purl.type}` };
  const base = ecosystem.toLowerCase();
  if (known(base) === undefined) return { kind: 'no-data', what: ecosystem };
  const version = languageVersion(purl.type, pkg.version === '' ? purl.version : pkg.version);
  const names = purl.type === 'golang' ? goNames(pkg, purl) : [nameOfPurl(purl)];
  return { kind: 'queries', queries: names.map((name) => toQuery({ base, release: '' }, name, version)) };
}

function toQuery(ecosystem: EcosystemKey, name: string, version: string): Query {
  const order = findOrder(ecosystem.base) ?? 'generic';
  return { ecosystem, key: nameKey(ecosystem, name), name, version, order };
}

/** A gem's version may be followed by its platform: `1.15.0-x86_64-linux`, `9.4.0-java`. */
const gemPlatform =
  /-(?:java|jruby|ruby|mswin\w*|mingw\w*|x64-\S+|(?:x86|i[3-6]86|x86_64|amd64|aarch64|arm64|arm\w*|universal|powerpc\w*|ppc64\w*|s390x|riscv64)-\S+)$/;

/** Records on Bitnami's packages name the application's version; the packages add a revision: `6.4.2-1`. */
const bitnamiRevision = /-\d+$/;

function languageVersion(type: string, version: string): string {
  if (type === 'gem') return version.replace(gemPlatform, '');
  return type === 'bitnami' ? version.replace(bitnamiRevision, '') : version;
}

/** Some producers put the end of a module's path (`/v2`) into the subpath, others the folder of a package inside the module. */
function goNames(pkg: Package, purl: Purl): readonly string[] {
  const path = nameOfPurl(purl);
  if (purl.subpath === '') return [path];
  const whole = `${path}/${purl.subpath}`;
  return pkg.name === whole || /^v\d+$/.test(purl.subpath) ? [whole] : [whole, path];
}

function distributionQueries(pkg: Package, purl: Purl, distro: Distro | undefined, known: Releases): Asked {
  const chosen = chooseDistro(purl, distro);
  if (chosen === undefined) return { kind: 'distro-unknown' };
  const releases = releasesOf(chosen);
  const asked =
    releases?.filter(({ base, release }) => known(base)?.has(release) === true || known(base)?.has('') === true) ?? [];
  if (asked.length === 0) {
    const version = chosen.version === '' ? (chosen.codename ?? '') : chosen.version;
    return { kind: 'distro-not-covered', what: `${chosen.id} ${version}`.trim() };
  }
  const version = packageVersion(pkg, purl);
  const source = pkg.source ?? sourceOfPurl(purl, version);
  const names = new Map([
    [source?.name ?? purl.name, source?.version === undefined || source.version === '' ? version : source.version],
  ]);
  // Records about rpm packages name binary packages with some vendors, source packages with others.
  if (purl.type === 'rpm' && !names.has(purl.name)) names.set(purl.name, version);
  const queries: Query[] = [];
  for (const [name, nameVersion] of names) {
    for (const ecosystem of asked.flatMap((each) => streams(each, nameVersion, known))) {
      queries.push(toQuery(ecosystem, name, nameVersion));
    }
  }
  return { kind: 'queries', queries };
}

/** The release itself, what is said of all releases, and Ubuntu's paid stream for packages that come from it. */
function streams(ecosystem: EcosystemKey, version: string, known: Releases): readonly EcosystemKey[] {
  const { base, release } = ecosystem;
  const paid = base === 'ubuntu' && /esm/.test(version) ? [`pro:${release}`] : [];
  const wanted = [...new Set([release, '', ...paid])].filter((each) => known(base)?.has(each) === true);
  return wanted.map((each) => ({ base, release: each }));
}

/** The image's own word, unless the package says that it is from elsewhere. */
function chooseDistro(purl: Purl, distro: Distro | undefined): Distro | undefined {
  const own = distroOfPurl(purl.namespace, purl.qualifiers.distro);
  if (distro === undefined)
    return own !== undefined && own.version === '' && own.codename === undefined && !isRolling(own) ? undefined : own;
  if (own === undefined || own.id === distro.id || purl.qualifiers.distro === undefined) return distro;
  return releasesOf(own) === undefined || own.version === '' ? distro : own;
}

/** Distributions whose releases have no number need none. */
function isRolling(distro: Distro): boolean {
  return releasesOf(distro)?.every(({ release }) => release === '' || release === 'tumbleweed') === true;
}

function packageVersion(pkg: Package, purl: Purl): string {
  const version = pkg.version === '' ? purl.version : pkg.version;
  const { epoch } = purl.qualifiers;
  return epoch === undefined || epoch === '0' || version.includes(':') || version === ''
    ? version
    : `${epoch}:${version}`;
}

/** `upstream=openssl@1.1.1n-0` as deb and apk have it, `upstream=openssl-1.1.1k-7.el8.src.rpm` as rpm. */
function sourceOfPurl(purl: Purl, version: string): { readonly name: string; readonly version: string } | undefined {
  const upstream = purl.qualifiers.upstream;
  if (upstream === undefined) return undefined;
  const rpm = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(upstream);
  if (rpm?.[1] !== undefined && rpm[2] !== undefined) {
    const epoch = /^\d+:/.exec(version)?.[0] ?? '';
    return { name: rpm[1], version: epoch + rpm[2] };
  }
  const at = upstream.lastIndexOf('@');
  if (at > 0) return { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
  return { name: upstream, version };
}
