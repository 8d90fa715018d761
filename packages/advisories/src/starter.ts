/** The part of an OSV record that the starter set fills. Source: OSV schema 1.6. */
export interface StarterRecord {
  readonly schema_version: string;
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary?: string;
  readonly published: string;
  readonly modified: string;
  readonly severity: readonly { readonly type: 'CVSS_V2' | 'CVSS_V3' | 'CVSS_V4'; readonly score: string }[];
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges: readonly {
      readonly type: 'SEMVER' | 'ECOSYSTEM';
      readonly events: readonly (
        | { readonly introduced: string }
        | { readonly fixed: string }
        | { readonly last_affected: string }
      )[];
    }[];
    readonly versions?: readonly string[];
  }[];
}

/** The starter set as OSV records, in the order of its files. */
export function* starterRecords(): Iterable<StarterRecord> {
  yield* [];
}
