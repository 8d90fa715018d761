import type { PackageKind, Rejected } from '@assay/contract';

/** One package as one file lists it: plain facts, before it has a ref. */
export interface Listed {
  /** Unique within its file; edges name it. One that starts with `/` is unique among all files of the cataloguer. */
  readonly key: string;
  readonly name: string;
  /** `''` when the file does not say. */
  readonly version: string;
  readonly purl?: string;
  /** `library` when absent. */
  readonly kind?: PackageKind;
  readonly licenses?: readonly string[];
  /** Lower-case algorithm to hex. */
  readonly hashes?: Readonly<Record<string, string>>;
  readonly supplier?: string;
  readonly description?: string;
  /** Keys of what it needs. Those that name nothing listed are left out. */
  readonly dependsOn?: readonly string[];
  /** Needed only to develop or test; absent when the file cannot tell. */
  readonly dev?: boolean;
  /** Its absence is no failure of the installation. */
  readonly optional?: boolean;
  /** Appended to the file's path for something inside an archive: `!/inner.jar`. */
  readonly within?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** What one file says. `at` of a rejection is relative to the file: a line, a JSON pointer; `''` for the whole file. */
export interface Listing {
  readonly packages: readonly Listed[];
  readonly rejected: readonly Rejected[];
}
