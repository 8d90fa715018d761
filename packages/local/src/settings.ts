import type { RegistryOptions } from '@assay/oci';

/** What this machine and its user have set. An app's `config.ts` makes it; nothing else reads the environment. */
export interface Settings {
  /** Folder of everything that is kept between calls: `db/` and `cache/`. */
  readonly home: string;
  /** The data file to use where none is named on the command line (`ASSAY_DB`). */
  readonly data?: string;
  /** Base URL of `assay db update` where none is named (`ASSAY_DB_URL`). */
  readonly dataUrl?: string;
  /** The starter data that the set-up made. */
  readonly starterData: string;
  /** Certificates to trust besides the usual ones (`SSL_CERT_FILE`); `--ca-file` wins. */
  readonly caFile?: string;
  /** How registries are reached. */
  readonly registry: RegistryOptions;
  /** Where programs are looked for, separated as in PATH. */
  readonly searchPath: string;
  /** The environment for programs we start: other scanners need the user's own. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** This program's own name and version, as it stands in documents. */
  readonly tool: { readonly name: string; readonly version: string };
}

/** What long work tells about itself, and when it must stop. */
export interface Watch {
  readonly signal: AbortSignal;
  /** `done` and `total` are in `unit`; a new `step` ends the one before. */
  progress(step: {
    readonly what: string;
    readonly done?: number;
    readonly total?: number;
    readonly unit?: 'bytes' | 'files' | 'records';
  }): void;
}
