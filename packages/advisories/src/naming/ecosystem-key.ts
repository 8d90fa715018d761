/** An OSV ecosystem in two parts, both in the form that look-ups use. */
export interface EcosystemKey {
  /** Lower case, without suffix: `debian`. */
  readonly base: string;
  /** The release in one spelling for all sources: `12`, `3.20`, `22.04`, `pro:22.04`; `''` where none is said. */
  readonly release: string;
}

/** Splits an ecosystem of a record. Source: OSV schema, "affected[].package.ecosystem". */
export function ecosystemKey(ecosystem: string): EcosystemKey {
  const colon = ecosystem.indexOf(':');
  const base = (colon < 0 ? ecosystem : ecosystem.slice(0, colon)).trim().toLowerCase();
  const suffix =
    colon < 0
      ? ''
      : ecosystem
          .slice(colon + 1)
          .trim()
          .toLowerCase();
  return { base, release: suffix === '' ? '' : (releaseRules.get(base)?.(suffix) ?? suffix) };
}

/** How each distribution writes its releases in OSV records, and what `VERSION_ID` of its os-release makes of it. */
const releaseRules: ReadonlyMap<string, (suffix: string) => string> = new Map([
  ['alpine', (suffix: string) => suffix.replace(/^v/, '')],
  ['ubuntu', (suffix: string) => suffix.replace(/:lts$/, '')],
  // `enterprise_linux:9::baseos`: the streams of one release share their packages. Extended streams stay apart.
  ['red hat', (suffix: string) => /^enterprise_linux:(\d+)(?:\.\d+)?(?::|$)/.exec(suffix)?.[1] ?? suffix],
  ['suse', suseRelease],
  ['opensuse', (suffix: string) => suffix.replace(/^leap (?=[\dm])/, '')],
  ['azure linux', (suffix: string) => suffix.replace(/\.0$/, '')],
  ['rocky linux', (suffix: string) => suffix.replace(/\..*$/, '')],
  ['almalinux', (suffix: string) => suffix.replace(/\..*$/, '')],
]);

/** `linux enterprise module for basesystem 15 sp5` and its siblings are all release 15.5. */
function suseRelease(suffix: string): string {
  const micro = /\bmicro (\d+\.\d+)/.exec(suffix)?.[1];
  if (micro !== undefined) return `micro ${micro}`;
  const found = /\b(1[0-9]|[2-9]\d)(?:\.(\d+)| sp(\d+))?(?:-\w+)*$/.exec(suffix);
  if (found === null) return suffix;
  const pack = found[2] ?? found[3];
  return pack === undefined ? (found[1] ?? '') : `${found[1]}.${pack}`;
}

/** The ecosystem's own idea of when two names are one. */
export function normalName(base: string, name: string): string {
  switch (base) {
    case 'pypi':
      // PEP 503
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'go':
    // Module paths are lower case in package URLs (purl-spec, type golang), not in the records.
    case 'github actions':
    case 'hex':
    case 'nuget':
    case 'packagist':
      return name.toLowerCase();
    case 'swifturl':
      return name
        .toLowerCase()
        .replace(/^https?:\/\//, '')
        .replace(/\.git$/, '');
    default:
      return name;
  }
}

/** The key under which the data keeps what is known of a package. */
export function nameKey(ecosystem: EcosystemKey, name: string): string {
  const { base, release } = ecosystem;
  return `n${base}${release === '' ? '' : ':'}${release}\0${normalName(base, name)}`;
}

/** The key of everything said about an id, whatever the package. */
export function idKey(id: string): string {
  return `i${id.toUpperCase()}`;
}
