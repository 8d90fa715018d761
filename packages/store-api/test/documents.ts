/** Small documents, typed by hand. Source of the form: CycloneDX 1.4. */
export const digestA = `sha256:${'a'.repeat(64)}`;
export const digestB = `sha256:${'b'.repeat(64)}`;
export const digestC = `sha256:${'c'.repeat(64)}`;

export interface Part {
  readonly name: string;
  readonly version: string;
  /** `CVE` to severity and score. */
  readonly vulnerabilities?: Readonly<Record<string, readonly [severity: string, score: number]>>;
}

export interface Wish {
  readonly name?: string;
  readonly version?: string;
  readonly timestamp?: string;
  readonly parts: readonly Part[];
}

/** A report of Grype's form about an image. */
export function cycloneDx({
  name = 'registry.example.com/team/app',
  version = digestA,
  timestamp = '2026-01-02T03:04:05Z',
  parts,
}: Wish): object {
  const ids = [...new Set(parts.flatMap(({ vulnerabilities = {} }) => Object.keys(vulnerabilities)))];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    version: 1,
    metadata: {
      timestamp,
      tools: [{ vendor: 'anchore', name: 'grype', version: '0.120.0' }],
      component: { type: 'container', name, version },
    },
    components: parts.map((part) => ({
      type: 'library',
      'bom-ref': `pkg:npm/${part.name}@${part.version}`,
      name: part.name,
      version: part.version,
      purl: `pkg:npm/${part.name}@${part.version}`,
    })),
    vulnerabilities: ids.map((id) => {
      const affected = parts.filter(({ vulnerabilities = {} }) => id in vulnerabilities);
      const [severity, score] = affected[0]?.vulnerabilities?.[id] ?? ['unknown', 0];
      return {
        id,
        source: { name: 'nvd', url: `https://nvd.nist.gov/vuln/detail/${id}` },
        ratings: [{ method: 'CVSSv31', severity, score, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
        description: `About ${id}.`,
        affects: affected.map((part) => ({ ref: `pkg:npm/${part.name}@${part.version}` })),
      };
    }),
  };
}

/** Headers of a CycloneDX report in JSON. */
export const asCycloneDx = { 'report-type-format': 'cyclonedx', 'content-type': 'application/json' } as const;
