import type { Purl } from '@assay/contract';

/** OSV's name of each purl type's ecosystem, for types whose packages do not belong to a distribution. */
const languages: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['pypi', 'PyPI'],
  ['maven', 'Maven'],
  ['golang', 'Go'],
  ['cargo', 'crates.io'],
  ['gem', 'RubyGems'],
  ['composer', 'Packagist'],
  ['nuget', 'NuGet'],
  ['hex', 'Hex'],
  ['pub', 'Pub'],
  ['cran', 'CRAN'],
  ['bioconductor', 'Bioconductor'],
  ['hackage', 'Hackage'],
  ['opam', 'opam'],
  ['swift', 'SwiftURL'],
  ['conan', 'ConanCenter'],
  ['github', 'GitHub Actions'],
  ['githubactions', 'GitHub Actions'],
  ['bitnami', 'Bitnami'],
  ['julia', 'Julia'],
  ['vscode-extension', 'VSCode'],
]);

/** Types of distributions' packages. */
export const distributionTypes: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

/** The OSV ecosystem of a purl type that is not a distribution's. */
export function findLanguageEcosystem(type: string): string | undefined {
  return languages.get(type);
}

/** The name OSV records use for the package of a purl. */
export function nameOfPurl(purl: Purl): string {
  const { type, namespace, name } = purl;
  if (namespace === '' || distributionTypes.has(type) || type === 'conan' || type === 'bitnami') return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

/** Distributions as purl namespaces, for records that name their package by purl only. */
const distributions: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian'],
  ['ubuntu', 'Ubuntu'],
  ['alpine', 'Alpine'],
  ['wolfi', 'Wolfi'],
  ['chainguard', 'Chainguard'],
  ['redhat', 'Red Hat'],
  ['rocky-linux', 'Rocky Linux'],
  ['almalinux', 'AlmaLinux'],
  ['suse', 'SUSE'],
  ['opensuse', 'openSUSE'],
]);

/** Ecosystem and name of a record's purl; `undefined` for a type that OSV has no ecosystem for. */
export function ecosystemOfPurl(purl: Purl): { readonly ecosystem: string; readonly name: string } | undefined {
  const ecosystem = distributionTypes.has(purl.type)
    ? distributions.get(purl.namespace)
    : findLanguageEcosystem(purl.type);
  if (ecosystem === undefined) return undefined;
  const release = /(\d[\w.]*)$/.exec(purl.qualifiers.distro ?? '')?.[1];
  const suffix = distributionTypes.has(purl.type) && release !== undefined ? `:${release}` : '';
  return { ecosystem: ecosystem + suffix, name: nameOfPurl(purl) };
}
