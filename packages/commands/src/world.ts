import type { Settings } from '@assay/local';

/** A stream for people or machines to read. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Columns; of a terminal, or what the user wishes. */
  readonly columns: number;
  readonly color: boolean;
  /** Resolves when the text was taken; a reader that went away is no failure. */
  write(text: string): Promise<void>;
}

/** Everything a command may touch. `apps/cli` makes the real one, tests their own. */
export interface World {
  readonly settings: Settings;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Seconds of processor time and such are nobody's business: what the runtime is, for `version`. */
  readonly runtime: { readonly node: string; readonly platform: string };
  /** What KUBECONFIG says: one file, or a list that is merged. */
  readonly kubeconfig?: string;
  /** The file of this program, which threads run too. */
  readonly program: URL;
  /** A file of the set-up from which a new store starts sooner. */
  readonly emptyDatabase?: string;
  /** The user's home folder, where the configuration of `insight` lies. */
  readonly userHome: string;
  /** `METADATA_STORE_ACCESS_TOKEN`. */
  readonly storeToken?: string;
  /** Whether somebody can answer a question. */
  readonly isInteractive: boolean;
  /** How the program was called, for the commands it prints. */
  readonly called: string;
}
