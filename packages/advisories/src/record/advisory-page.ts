/** Where a database shows its records, `*` for the id. Sources: the databases' own links, OSV schema "id" for the prefixes. */
const pages: readonly (readonly [RegExp, string])[] = [
  [/^GHSA-/, 'https://github.com/advisories/*'],
  [/^CVE-/, 'https://nvd.nist.gov/vuln/detail/*'],
  [/^GO-/, 'https://pkg.go.dev/vuln/*'],
  [/^RUSTSEC-\d/, 'https://rustsec.org/advisories/*.html'],
  [/^DEBIAN-(CVE-.+)$/, 'https://security-tracker.debian.org/tracker/*'],
  [/^(?:DSA|DLA)-/, 'https://security-tracker.debian.org/tracker/*'],
  [/^ALPINE-(CVE-.+)$/, 'https://security.alpinelinux.org/vuln/*'],
  [/^UBUNTU-(CVE-.+)$/, 'https://ubuntu.com/security/*'],
  [/^(?:USN|LSN)-/, 'https://ubuntu.com/security/notices/*'],
  [/^RH[SBE]A-/, 'https://access.redhat.com/errata/*'],
  [
    /^(?:PYSEC|MAL|BIT|CGA|RLSA|RXSA|ALSA|ALBA|ALEA|HSEC|RSEC|JLSEC|AZL|MGASA|MINI|EEF|OSV)-/,
    'https://osv.dev/vulnerability/*',
  ],
  [/^(?:SUSE|openSUSE)-[SFRO]U-/, 'https://osv.dev/vulnerability/*'],
];

/** The page of a record, for ids of databases that have one. */
export function findAdvisoryPage(id: string): string | undefined {
  for (const [pattern, page] of pages) {
    const found = pattern.exec(id);
    if (found !== null) return page.replace('*', () => encodeURIComponent(found[1] ?? id).replaceAll('%3A', ':'));
  }
  return undefined;
}
