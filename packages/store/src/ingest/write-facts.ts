import { type RawBuilder, sql } from 'kysely';
import type { Work } from '../database/database.ts';
import type { Dictionaries } from './dictionaries.ts';
import { ids, idsOf, type Learned, texts } from './dictionary.ts';
import type { PairFacts, ReportFacts, VulnerabilityFacts } from './facts.ts';
import { countSeverities, pairSet, toSet } from './sets.ts';

/** Ids of what a document lists, sorted. */
export interface WrittenFacts {
  readonly components: readonly number[];
  readonly ratings: readonly number[];
  readonly pairset: number;
}

/** Adds what a document lists to the dictionaries and says what is new about what they have. */
export async function writeFacts(
  work: Work,
  dictionaries: Dictionaries,
  learned: Learned,
  facts: ReportFacts,
): Promise<WrittenFacts> {
  const packageIds = await idsOf(work, learned, dictionaries.packages, facts.packages);
  await tellHomepages(work, facts, packageIds);
  const components = facts.packages.map((pkg, at) => ({ ...pkg, packageId: packageIds[at] ?? 0 }));
  const componentIds = await idsOf(work, learned, dictionaries.components, components);
  const vulnerabilityIds = await idsOf(work, learned, dictionaries.vulnerabilities, facts.vulnerabilities);
  await tellVulnerabilities(work, facts.vulnerabilities, vulnerabilityIds);
  const ratings = facts.ratings.map(({ vulnerability, ...rating }) => ({
    ...rating,
    vulnerabilityId: vulnerabilityIds[vulnerability] ?? 0,
  }));
  const ratingIds = await idsOf(work, learned, dictionaries.ratings, ratings);
  await tellRatings(work, ratingIds);
  const pairs = facts.pairs.map((pair) => ({
    componentId: componentIds[pair.package] ?? 0,
    vulnerabilityId: vulnerabilityIds[pair.vulnerability] ?? 0,
  }));
  const pairIds = await idsOf(work, learned, dictionaries.pairs, pairs);
  await tellFixes(work, facts.pairs, pairIds);
  return {
    components: toSet(componentIds),
    ratings: toSet(ratingIds),
    pairset: await pairSet(work, toSet(pairIds), countSeverities(facts.pairs)),
  };
}

/** The newest home page that is one wins. */
async function tellHomepages(work: Work, { packages }: ReportFacts, packageIds: readonly number[]): Promise<void> {
  const told = new Map(
    packages.flatMap(({ homepage }, at) => (homepage === '' ? [] : [[packageIds[at] ?? 0, homepage]])),
  );
  if (told.size === 0) return;
  const rows = [...told].sort(([a], [b]) => a - b);
  const given = sql`unnest(${ids(rows.map(([id]) => id))}, ${texts(rows.map(([, page]) => page))}) u(id, homepage)`;
  // Locked in the order of ids first: an update takes them in whatever order its plan has.
  const { rows: changed } = await sql<{ id: number }>`select p.id from package p, ${given}
    where p.id = u.id and p.homepage <> u.homepage order by p.id for no key update of p`.execute(work);
  if (changed.length === 0) return;
  await sql`update package p set homepage = u.homepage, updated_at = now() from ${given}
    where p.id = u.id and p.id = any(${ids(changed.map(({ id }) => id))})`.execute(work);
}

/** The newest text that is one wins. Locked in the order of ids first, so that two writers do not wait for each other in a circle. */
async function tellVulnerabilities(
  work: Work,
  vulnerabilities: readonly VulnerabilityFacts[],
  vulnerabilityIds: readonly number[],
): Promise<void> {
  if (vulnerabilities.length === 0) return;
  const told = vulnerabilities.map((facts, at) => ({ ...facts, key: vulnerabilityIds[at] ?? 0 }));
  const rows = sql`unnest(${ids(told.map((v) => v.key))}, ${texts(told.map((v) => v.description))},
    ${texts(told.map((v) => v.url))}, ${texts(told.map((v) => v.cna))},
    ${texts(told.map((v) => JSON.stringify(v.references)))}) u(id, description, url, cna, refs)`;
  const refs = sql`array(select jsonb_array_elements_text(u.refs::jsonb))`;
  const differs = sql`v.id = u.id and ((u.description <> '' and u.description <> v.description)
    or (u.url <> '' and u.url <> v.url) or (u.cna <> '' and u.cna <> v.cna)
    or (u.refs <> '[]' and ${refs} <> v.refs))`;
  const { rows: changed } = await sql<{ id: number }>`select v.id from vulnerability v, ${rows} where ${differs}
    order by v.id for update of v`.execute(work);
  if (changed.length > 0) {
    await sql`update vulnerability v set updated_at = now(),
      description = coalesce(nullif(u.description, ''), v.description), url = coalesce(nullif(u.url, ''), v.url),
      cna = coalesce(nullif(u.cna, ''), v.cna), refs = case when u.refs = '[]' then v.refs else ${refs} end
      from ${rows} where v.id = u.id and v.id = any(${ids(changed.map(({ id }) => id))})`.execute(work);
  }
  const aliases = told
    .flatMap(({ key, aliases: names }) => names.map((alias) => ({ alias, key })))
    .sort((a, b) => (a.alias < b.alias ? -1 : a.alias > b.alias ? 1 : a.key - b.key));
  if (aliases.length === 0) return;
  await sql`insert into vulnerability_alias (alias, vulnerability_id)
    select * from unnest(${texts(aliases.map((a) => a.alias))}, ${ids(aliases.map((a) => a.key))})
    on conflict do nothing`.execute(work);
}

/** The newest opinion of each source and method counts from now on. */
async function tellRatings(work: Work, ratingIds: readonly number[]): Promise<void> {
  if (ratingIds.length > 0) await tellThose(work, sql`r.id = any(${ids(ratingIds)})`);
}

/** As a document that comes again says it. */
export async function tellRatingsAgain(work: Work, ratingset: number): Promise<void> {
  await tellThose(work, sql`r.id in (select unnest(s.ids) from ratingset s where s.id = ${ratingset})`);
}

async function tellThose(work: Work, which: RawBuilder<unknown>): Promise<void> {
  await sql`insert into current_rating (vulnerability_id, source, method, rating_id)
    select distinct on (r.vulnerability_id, r.source, r.method) r.vulnerability_id, r.source, r.method, r.id
    from rating r
    where ${which} and not exists (select from current_rating c where c.rating_id = r.id
      and c.vulnerability_id = r.vulnerability_id and c.source = r.source and c.method = r.method)
    order by r.vulnerability_id, r.source, r.method, r.score desc nulls last, r.id
    on conflict (vulnerability_id, source, method) do update set rating_id = excluded.rating_id`.execute(work);
}

/** Which versions fix it, as the newest document says. */
async function tellFixes(work: Work, pairs: readonly PairFacts[], pairIds: readonly number[]): Promise<void> {
  const told = pairs
    .map(({ fixedIn }, at) => ({ id: pairIds[at] ?? 0, fixedIn }))
    .filter(({ fixedIn }) => fixedIn.length > 0)
    .sort((a, b) => a.id - b.id);
  if (told.length === 0) return;
  const rows = sql`(select u.id, array(select jsonb_array_elements_text(u.fixed::jsonb)) as fixed_in
    from unnest(${ids(told.map(({ id }) => id))}, ${texts(told.map(({ fixedIn }) => JSON.stringify(fixedIn)))}) u(id, fixed))`;
  const { rows: changed } = await sql<{ id: number }>`select p.id from pair p, ${rows} u
    where p.id = u.id and p.fixed_in <> u.fixed_in order by p.id for update of p`.execute(work);
  if (changed.length === 0) return;
  await sql`update pair p set fixed_in = u.fixed_in from ${rows} u
    where p.id = u.id and p.id = any(${ids(changed.map(({ id }) => id))})`.execute(work);
}
