import { createHash } from 'node:crypto';
import type { Severity } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../database/database.ts';
import { ids } from './dictionary.ts';

/** Findings of one report by severity. `minor` are negligible and none. */
export interface SeverityCounts {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly minor: number;
  readonly unknown: number;
  readonly fixable: number;
}

/** Counts findings. */
export function countSeverities(
  findings: readonly { readonly severity: Severity; readonly isFixable: boolean }[],
): SeverityCounts {
  const of = (...wanted: Severity[]): number => findings.filter(({ severity }) => wanted.includes(severity)).length;
  return {
    critical: of('critical'),
    high: of('high'),
    medium: of('medium'),
    low: of('low'),
    minor: of('negligible', 'none'),
    unknown: of('unknown'),
    fixable: findings.filter(({ isFixable }) => isFixable).length,
  };
}

/** Sorted, without repeats. */
export function toSet(members: Iterable<number>): readonly number[] {
  return [...new Set(members)].sort((a, b) => a - b);
}

/** The id of a set of components; equal sets are one row. */
export async function packageSet(work: Work, members: readonly number[]): Promise<number> {
  const hash = hashOf(members);
  return insertOrFind(
    work,
    sql`select id from pkgset where hash = ${hash}`,
    sql`insert into pkgset (hash, n, ids) values (${hash}, ${members.length}, ${ids(members)}) on conflict do nothing`,
  );
}

/** The id of a set of findings. Its counts are a part of what it is: the same findings are rated anew from time to time. */
export async function pairSet(work: Work, members: readonly number[], counts: SeverityCounts): Promise<number> {
  const { critical, high, medium, low, minor, unknown, fixable } = counts;
  const hash = hashOf(members, [critical, high, medium, low, minor, unknown, fixable]);
  return insertOrFind(
    work,
    sql`select id from pairset where hash = ${hash}`,
    sql`insert into pairset (hash, n, ids, critical, high, medium, low, minor, unknown, fixable)
      values (${hash}, ${members.length}, ${ids(members)}, ${critical}, ${high}, ${medium}, ${low}, ${minor},
      ${unknown}, ${fixable}) on conflict do nothing`,
  );
}

/** The id of a set of ratings. */
export async function ratingSet(work: Work, members: readonly number[]): Promise<number> {
  const hash = hashOf(members);
  return insertOrFind(
    work,
    sql`select id from ratingset where hash = ${hash}`,
    sql`insert into ratingset (hash, ids) values (${hash}, ${ids(members)}) on conflict do nothing`,
  );
}

/** Finds a row, adds it when it is not there, and finds it then whoever added it. */
export async function insertOrFind(
  work: Work,
  find: RawBuilder<{ readonly id: number }>,
  insert: RawBuilder<unknown>,
): Promise<number> {
  const look = async (): Promise<number | undefined> => (await find.execute(work)).rows[0]?.id;
  const known = await look();
  if (known !== undefined) return known;
  await insert.execute(work);
  const id = await look();
  if (id === undefined) throw new Error('a row was added and is not there');
  return id;
}

/** Half of SHA-256 over the numbers: lists of different lengths never run into each other. */
function hashOf(members: readonly number[], counts: readonly number[] = []): Buffer {
  const hash = createHash('sha256');
  hash.update(`${members.length} ${counts.length} `);
  hash.update(new Uint8Array(Int32Array.from([...members, ...counts]).buffer));
  return hash.digest().subarray(0, 16);
}
