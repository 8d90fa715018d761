import type { VersionOrder } from './compare.ts';

/** OSV ecosystem names, lower case and without their suffix. Source: OSV schema, "affected[].package.ecosystem". */
const ecosystems: ReadonlyMap<string, VersionOrder> = new Map<string, VersionOrder>([
  // dpkg
  ['debian', 'deb'],
  ['ubuntu', 'deb'],
  ['echo', 'deb'],
  ['docker hardened images', 'deb'],
  // rpm
  ['almalinux', 'rpm'],
  ['amazon linux', 'rpm'],
  ['azure linux', 'rpm'],
  ['cbl-mariner', 'rpm'],
  ['centos', 'rpm'],
  ['fedora', 'rpm'],
  ['mageia', 'rpm'],
  ['openeuler', 'rpm'],
  ['opensuse', 'rpm'],
  ['oracle linux', 'rpm'],
  ['photon os', 'rpm'],
  ['red hat', 'rpm'],
  ['rocky linux', 'rpm'],
  ['suse', 'rpm'],
  ['tuxcare', 'rpm'],
  // apk
  ['alpaquita', 'apk'],
  ['alpine', 'apk'],
  ['bellsoft hardened containers', 'apk'],
  ['chainguard', 'apk'],
  ['cleanstart', 'apk'],
  ['minimos', 'apk'],
  ['wolfi', 'apk'],
  // others with an order of their own
  ['composer', 'composer'],
  ['packagist', 'composer'],
  ['cran', 'cran'],
  ['bioconductor', 'cran'],
  ['go', 'go'],
  ['hackage', 'hackage'],
  ['ghc', 'hackage'],
  ['hex', 'hex'],
  ['maven', 'maven'],
  ['nuget', 'nuget'],
  ['opam', 'opam'],
  ['pub', 'pub'],
  ['pypi', 'pep440'],
  ['rubygems', 'gem'],
  // semver
  ['bitnami', 'semver'],
  ['conancenter', 'semver'],
  ['crates.io', 'semver'],
  ['github actions', 'semver'],
  ['julia', 'semver'],
  ['kubernetes', 'semver'],
  ['npm', 'semver'],
  ['swifturl', 'semver'],
  ['vscode', 'semver'],
  ['openvsx', 'semver'],
  // no order is promised
  ['android', 'generic'],
  ['freebsd', 'generic'],
  ['linux', 'generic'],
  ['oss-fuzz', 'generic'],
]);

/** The order of an OSV ecosystem, its suffix (`Debian:12`, `Ubuntu:22.04:LTS`) left aside; `undefined` for one we do not know. */
export function findOrder(ecosystem: string): VersionOrder | undefined {
  const colon = ecosystem.indexOf(':');
  return ecosystems.get((colon < 0 ? ecosystem : ecosystem.slice(0, colon)).trim().toLowerCase());
}
