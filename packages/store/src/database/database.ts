import type { Kysely, Transaction } from 'kysely';

/** What every query runs on: the pool, or one transaction of it. SQL is written by hand, so there are no table types. */
export type Queries = Kysely<unknown>;
/** One transaction. Inside it only this handle is used: the embedded database has one connection. */
export type Work = Transaction<unknown>;

/** A database that is migrated and reachable. */
export interface StoreDatabase {
  readonly engine: 'pglite' | 'postgresql';
  readonly queries: Queries;
  /** Ends every connection; what was acknowledged stays. */
  close(): Promise<void>;
}

/** Where the data lies. */
export type DatabaseOptions =
  | {
      readonly is: 'pglite';
      /** The folder of the data; absent keeps everything in memory. */
      readonly folder?: string;
      /** A file of `makeEmptyDatabase`, from which a new database starts sooner. */
      readonly empty?: string;
      /** The file that calls `answerStoreThread` when it is not the main thread. */
      readonly program: URL;
    }
  | {
      readonly is: 'postgresql';
      /** `postgres://…`; a password in it is never logged. */
      readonly url: string;
      /** Connections at most. */
      readonly connections?: number;
      /** After this many milliseconds a statement is ended. */
      readonly statementTimeoutMs?: number;
      /** PEM of the authority that signed the server's certificate. */
      readonly caPem?: string;
    };
