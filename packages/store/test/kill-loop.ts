import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { storeThread } from '@assay/testkit';
import { sql } from 'kysely';
import { type DatabaseOptions, openStore } from '../src/index.ts';
import { makeDocument, randomFrom } from './made-documents.ts';
import { storedReports } from './stored-state.ts';

/** What came of killing a writer again and again. */
export interface KillOutcome {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged and not there, or not whole. */
  readonly lost: readonly string[];
  /** Rows of half a report. */
  readonly halves: number;
}

/** Kills a process that stores documents at random moments, and looks each time at what is there. */
export async function killLoop(database: DatabaseOptions, kills: number, seed: number): Promise<KillOutcome> {
  const random = randomFrom(seed);
  const acknowledged = new Set<number>();
  let next = 0;
  for (let kill = 0; kill < kills; kill++) {
    for (const at of await runAndKill(database, next, 600 + random() * 600)) acknowledged.add(at);
    // One more may have been stored without being told.
    next = Math.max(next, ...acknowledged) + 2;
  }
  const store = await openStore({ database, program: storeThread });
  try {
    const reports = await storedReports(store.queries);
    // What was stored without being told counts too: whatever is there must be whole.
    const stored = Object.keys(reports).map((uid) => Number(uid.replace('report-', '')));
    const lost = [...new Set([...acknowledged, ...stored])]
      .map((at) => makeDocument(at))
      .filter(({ uid, packages, pairs }) => JSON.stringify(reports[uid]) !== JSON.stringify({ packages, pairs }));
    const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from report t
      full join report_uid k on k.generated_at = t.generated_at and k.id = t.id where t.uid is null or k.key is null`.execute(
      store.queries,
    );
    return {
      ...{ kills, acknowledged: acknowledged.size },
      lost: lost.map(({ uid }) => uid),
      halves: rows[0]?.count ?? -1,
    };
  } finally {
    await store.close();
  }
}

/** Runs the writer until it has been ready for so long, kills it, and gives what it had acknowledged. Milliseconds. */
function runAndKill(database: DatabaseOptions, first: number, afterMs: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'kill-child.ts'), JSON.stringify(database), String(first)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let text = '';
    let complaint = '';
    let isKilled = false;
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString('utf8');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (text === '')
        setTimeout(() => {
          isKilled = true;
          child.kill('SIGKILL');
        }, afterMs);
      text += chunk.toString('utf8');
    });
    child.once('exit', (code) => {
      if (!isKilled) reject(new Error(`the writer ended with ${code}: ${complaint.slice(-2_000)}`));
      // A line that was cut off acknowledges nothing.
      else resolve([...text.matchAll(/^stored (\d+)\n/gm)].map((match) => Number(match[1])));
    });
  });
}
