/** A stream for people or machines to read. */
export interface InsightStream {
  write(text: string): Promise<void>;
}

/** Everything a call may touch. Apps make the real one, tests their own. */
export interface InsightWorld {
  readonly stdout: InsightStream;
  readonly stderr: InsightStream;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Whether somebody can answer a question. */
  readonly isInteractive: boolean;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** The user's home folder; the configuration is `.insight/config.yaml` in it. */
  readonly home: string;
  /** `METADATA_STORE_ACCESS_TOKEN`: wins over a stored token. */
  readonly token?: string;
  readonly version: string;
  /** A store that is asked when no target is set. */
  readonly local?: { readonly endpoint: string; readonly accessToken: string };
}

/** A failure in words for the user. Everything else thrown is a defect. */
export class InsightError extends Error {
  override readonly name = 'InsightError';
}
