import type { Digest } from './digest.ts';
import type { Distro, Inventory, Location, Rejected, Subject } from './package.ts';
import type { Rating, Severity } from './severity.ts';

/** Whether a remedy exists. `unknown` when the record does not say. */
export type FixState = 'fixed' | 'not-fixed' | 'wont-fix' | 'unknown';

/** The advisory record and range that make a finding true. */
export interface Evidence {
  /** The record's own id, such as `PYSEC-2021-1`, `GHSA-…`, `DEBIAN-CVE-…`. */
  readonly advisory: string;
  /** Where the record comes from: the OSV ecosystem, or the tool that said so. */
  readonly source: string;
  /** The name that was looked up; the source package's for distributions. */
  readonly matchedName: string;
  /** The version that was compared. */
  readonly matchedVersion: string;
  /** The affected range in words, such as `>= 2.0, < 2.19.1` or `= 1.0`. */
  readonly range: string;
  readonly url?: string;
}

/** Known exploitation: the entry of CISA's KEV catalogue. */
export interface Kev {
  /** `''` where who tells of the entry does not tell its date. */
  readonly dateAdded: string;
  readonly dueDate?: string;
  readonly ransomware?: boolean;
}

/** FIRST's exploit prediction: both 0–1. */
export interface Epss {
  readonly score: number;
  /** Absent where who tells of the score does not tell its rank. */
  readonly percentile?: number;
  readonly date?: string;
}

/** Why a finding does not count. */
export interface Suppression {
  readonly by: 'ignore' | 'vex';
  /** Ignore reason, or the VEX justification or status. */
  readonly reason: string;
  /** The file that says so. */
  readonly source: string;
  /** RFC 3339 date after which it counts again. */
  readonly until?: string;
}

/** A VEX analysis that came with the finding. Absent means nobody analysed it, which is not "affected". */
export interface Analysis {
  readonly state: string;
  readonly justification?: string;
  readonly responses?: readonly string[];
  readonly detail?: string;
}

/** One vulnerability in one package. A CVE and its GHSA are one finding. */
export interface Finding {
  /** The representative id of the alias group: CVE first, then GHSA, then the record's. */
  readonly id: string;
  /** The other ids of the group, sorted. */
  readonly aliases: readonly string[];
  readonly package: {
    /** `Package.ref` in the inventory, or the unresolved reference of a read report. */
    readonly ref: string;
    readonly name: string;
    readonly version: string;
    readonly purl?: string;
    readonly locations: readonly Location[];
  };
  /** The winner of `ratings`. */
  readonly severity: Severity;
  /** Whose rating won, and by which rule; `''` when severity is unknown. */
  readonly severitySource: string;
  readonly ratings: readonly Rating[];
  readonly fixState: FixState;
  /** Versions that fix it, the least first. */
  readonly fixedIn: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly title?: string;
  readonly description?: string;
  readonly urls: readonly string[];
  readonly cwes: readonly string[];
  readonly publishedAt?: string;
  readonly modifiedAt?: string;
  readonly kev?: Kev;
  readonly epss?: Epss;
  readonly analysis?: Analysis;
  readonly suppressed?: Suppression;
}

/** Which vulnerability data an answer rests on. */
export interface DataVersion {
  /** `starter` is the small set of the repository; `full` what the user fetched or built. */
  readonly kind: 'starter' | 'full';
  /** The newest record's or archive's date, RFC 3339: what the data knows about. */
  readonly asOf: string;
  readonly schema: number;
  readonly records: number;
  readonly digest?: Digest;
}

/** Something a person must know to judge the answer. Codes are stable. */
export interface Notice {
  readonly code:
    | 'DATA_STARTER'
    | 'DATA_OLD'
    | 'DATA_TOO_OLD'
    | 'NO_DATA_FOR_ECOSYSTEM'
    | 'DISTRO_UNKNOWN'
    | 'DISTRO_NOT_COVERED'
    | 'ENTRIES_REJECTED'
    | 'RANGES_SKIPPED'
    | 'VERSION_UNREADABLE'
    | 'IGNORE_EXPIRED'
    | 'IGNORE_UNUSED'
    | 'SEVERITY_UNKNOWN'
    | 'NOTHING_FOUND'
    | 'CACHE'
    | 'SCANNER';
  readonly level: 'info' | 'warning';
  readonly message: string;
}

const openCodes: ReadonlySet<Notice['code']> = new Set([
  'DISTRO_UNKNOWN',
  'DISTRO_NOT_COVERED',
  'NO_DATA_FOR_ECOSYSTEM',
  'VERSION_UNREADABLE',
  'ENTRIES_REJECTED',
  'NOTHING_FOUND',
]);

/** Whether a notice says that something is in there which nobody could judge. The same codes as information do not count. */
export function leavesOpen(notice: Notice): boolean {
  return notice.level === 'warning' && openCodes.has(notice.code);
}

/** The answer of one scan: our own schema, versioned by `schema`. */
export interface Report {
  readonly schema: 'https://assay.dev/schemas/report/v1';
  readonly subject: Subject;
  readonly distro?: Distro;
  readonly scanner: { readonly name: string; readonly version: string };
  readonly data?: DataVersion;
  readonly scannedAt: string;
  /** Packages looked at, by ecosystem (purl type). */
  readonly packageCounts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly rejected: readonly Rejected[];
  readonly notices: readonly Notice[];
}

/** What a reader makes of an SBOM or report document: the inventory and the findings it carries. */
export interface ReadDocument {
  readonly format: {
    readonly name: 'cyclonedx' | 'spdx';
    readonly version: string;
    readonly encoding: 'json' | 'xml' | 'tag-value';
  };
  readonly serialNumber?: string;
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
}
