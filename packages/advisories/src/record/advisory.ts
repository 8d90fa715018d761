import type { Rating } from '@assay/contract';

/** One advisory record, as far as this product uses it. Source: OSV schema 1.7. */
export interface Advisory {
  readonly id: string;
  /** Other ids of the very same vulnerability. */
  readonly aliases: readonly string[];
  /** The vulnerabilities a distribution's record is about: several for a bulletin. */
  readonly upstream: readonly string[];
  readonly summary?: string;
  readonly details?: string;
  readonly published?: string;
  readonly modified?: string;
  readonly withdrawn: boolean;
  readonly ratings: readonly Rating[];
  readonly cwes: readonly string[];
  readonly urls: readonly string[];
  /** The record's own page, where it names one. */
  readonly page?: string;
  readonly affected: readonly Affected[];
}

/** One package that a record speaks of. */
export interface Affected {
  /** As the record writes it, with its suffix: `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
  readonly ranges: readonly Range[];
  /** Versions named one by one. */
  readonly versions: readonly string[];
  /** Ratings for this package only. */
  readonly ratings: readonly Rating[];
  /** Set where the record says that no fix will come. */
  readonly wontFix: boolean;
  /** Ranges of commits, which cannot be told from a version. */
  readonly gitRanges: number;
}

/** The events of one range, each a letter and a version: `i` introduced, `f` fixed, `l` last affected, `m` limit. */
export type Range = readonly string[];
