import type { RatingMethod, Severity } from '@assay/contract';

/** What was scanned, as the store tells one from another. Source: spec/store.md §2.1, §3.4. */
export interface Entity {
  readonly kind: 'image' | 'source';
  /** The registry of an image, the host of a source; `''` when nobody says. */
  readonly host: string;
  /** Of sources; `''` for images. */
  readonly organization: string;
  /** The repository. */
  readonly name: string;
  /** The digest of an image, the commit of a source. */
  readonly digest: string;
}

/** A package as one producer tells it apart. `name`, `version` and `manager` are its identity in v1. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  /** The type of its package URL, else `Unknown`. */
  readonly manager: string;
  readonly homepage: string;
  /** Three levels of its package URL, the most exact first; `''` when it has none. */
  readonly purl: string;
  readonly versioned: string;
  readonly base: string;
}

/** A vulnerability and what is said about it. */
export interface VulnerabilityFacts {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly url: string;
  /** Who numbers it, as the document says. */
  readonly cna: string;
  readonly references: readonly string[];
}

/** One opinion. `vulnerability` is its place in `ReportFacts.vulnerabilities`. */
export interface RatingFacts {
  readonly vulnerability: number;
  readonly source: string;
  readonly method: RatingMethod;
  readonly severity: Severity;
  readonly score: number | undefined;
  readonly vector: string;
}

/** A vulnerability in a package, by their places in the lists. */
export interface PairFacts {
  readonly package: number;
  readonly vulnerability: number;
  /** What the document holds it to be; counted per report. */
  readonly severity: Severity;
  readonly isFixable: boolean;
  readonly fixedIn: readonly string[];
}

/** Who wrote a document. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly vendor: string;
}

/** What the store keeps of one document: lists without repeats, everything by its place in them. Plain data: it crosses threads. */
export interface ReportFacts {
  readonly packages: readonly PackageFacts[];
  readonly vulnerabilities: readonly VulnerabilityFacts[];
  readonly ratings: readonly RatingFacts[];
  readonly pairs: readonly PairFacts[];
  readonly tool?: Tool;
  /** When the document says it was made, RFC 3339. */
  readonly madeAt?: string;
  /** Whether its writer looked for vulnerabilities: a document without a place for them says nothing about them. */
  readonly isScan: boolean;
  /** Entries that could not be understood or kept. The document is kept whole all the same. */
  readonly skipped: number;
}

/** The name and version of what a document is about, before it is known whether that is an image or a source. */
export interface DocumentSubject {
  readonly name: string;
  readonly version: string;
}
