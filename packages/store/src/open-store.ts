import { sql } from 'kysely';
import type { DatabaseOptions, Queries } from './database/database.ts';
import { toProblem } from './database/in-transaction.ts';
import { openDatabase } from './database/open-database.ts';
import { Intake } from './ingest/submit.ts';
import { readAggregate } from './query/aggregate.ts';
import type { ReportHead } from './query/reports.ts';
import type { ArtifactRow } from './query/rows.ts';
import { ReadingPool } from './reading/reading-pool.ts';
import type { SbomTarget } from './reading/sbom-target.ts';

/** A store that is migrated and reachable. */
export interface Store {
  readonly engine: 'pglite' | 'postgresql';
  /** What the functions of this package that ask something run on. */
  readonly queries: Queries;
  readonly intake: Intake;
  /** Documents that wait or are read. */
  readonly load: number;
  /** An SBOM of everything ever found in an artifact. Throws what writing and the database throw. */
  writeAggregate(artifact: ArtifactRow, target: SbomTarget): Promise<Uint8Array>;
  /** A report's document in another form: its own date and tools, with ours beside them. */
  writeReport(original: Uint8Array, report: ReportHead, target: SbomTarget): Promise<Uint8Array>;
  /** Throws STORE_UNREACHABLE when the database does not answer. */
  ping(): Promise<void>;
  /** Lets nothing new in, ends what is running, and closes the database. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly database: DatabaseOptions;
  /** The file that calls `answerStoreThread` when it is not the main thread. */
  readonly program: URL;
  readonly readingThreads?: number;
  readonly now?: () => Date;
}

/** Opens a store. Throws what `openDatabase` throws. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = await openDatabase(options.database);
  const { readingThreads: threads = 1, now = () => new Date() } = options;
  const pool = new ReadingPool({ program: options.program, threads });
  const { queries } = database;
  return {
    engine: database.engine,
    queries,
    intake: new Intake(queries, pool, now),
    get load() {
      return pool.load;
    },
    writeAggregate: async (artifact, target) => {
      const model = await readAggregate(queries, artifact);
      return pool.write({ is: 'model', ...model, createdAt: now().toISOString() }, target);
    },
    writeReport: (bytes, { generatedAt }, target) =>
      pool.write({ is: 'document', bytes, createdAt: generatedAt.toISOString() }, target),
    ping: async () => {
      try {
        await sql`select 1`.execute(queries);
      } catch (error) {
        throw toProblem(error);
      }
    },
    close: async () => {
      await pool.close();
      await database.close();
    },
  };
}
