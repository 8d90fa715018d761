import type { KeychainName } from './credentials/keychains/keychain.ts';

/** Bounds of what the publisher takes. */
export interface PublishLimits {
  /** Bytes of one results file. */
  readonly fileBytes: number;
  /** Bytes of all of them. */
  readonly totalBytes: number;
  /** How many there may be. */
  readonly files: number;
  /** Folders inside one another below the results folder. */
  readonly depth: number;
}

/** Used where the environment says nothing. */
export const usualLimits: PublishLimits = {
  fileBytes: 100 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  files: 1_000,
  depth: 8,
};

/** A folder of a mounted secret; `host` says for which registry its `username` and `password` are. */
export interface CredentialFolder {
  readonly path: string;
  readonly host?: string;
}

/** All that the steps are told. apps/runner reads it from the environment; paths are absolute. */
export interface StepSettings {
  /** Usually `/workspace`. */
  readonly workspace: string;
  /** Who owns what is made there; only asked for where the process may give files away. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly resultsPath: string;
  /** Usually `/cred-helper`: what the scanner's `DOCKER_CONFIG` names. */
  readonly helperFolder: string;
  readonly home: string;
  /** Where Tekton lays what it made of the service account's secrets, and the secrets themselves. */
  readonly tektonCredentials: string;
  readonly tektonSecrets: string;
  /** PEM, `''` for none. */
  readonly trustedCerts: string;
  /** Files that `write-certs` may have left, read where a step is not told certificates itself. */
  readonly trustedFiles: readonly string[];
  readonly keychains: readonly KeychainName[];
  /** More registries whose credentials are wanted. */
  readonly registries: readonly string[];
  readonly credentialFolders: readonly CredentialFolder[];
  /** What cloud providers put into a pod's environment: names beginning with AWS_, AZURE_, GOOGLE_, GCE_, GITHUB_. */
  readonly cloud: Readonly<Record<string, string>>;
  /** The scanned image and where its results go, as the resource says them; `''` when not told. */
  readonly image: string;
  readonly location: string;
  /** `repository@digest` of a bundle to publish again, instead of the results folder; `''` for none. */
  readonly copyFrom: string;
  readonly scannerName: string;
  /** Whether a second object is put beside the scanned image. */
  readonly attach: boolean;
  readonly limits: PublishLimits;
  readonly insecureRegistries: readonly string[];
  readonly proxy: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: string };
  /** Folder for what is written on the way; usually TMPDIR. */
  readonly scratch: string;
  /** Files the outcome is written to; those not named are not written. */
  readonly files: {
    readonly scanResult?: string;
    readonly scannedImage?: string;
    readonly reportCount?: string;
    readonly ignoredCount?: string;
    readonly failure?: string;
    readonly termination?: string;
  };
  readonly userAgent: string;
}
