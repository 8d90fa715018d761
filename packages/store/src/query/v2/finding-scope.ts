import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../database/database.ts';
import { ids } from '../../ingest/dictionary.ts';
import {
  type Condition,
  conditionsAt,
  type FindingFilter,
  levelSql,
  rankSql,
  stateSql,
  withEveryRank,
} from './finding-filter.ts';
import { driverColumns, type FindingSort, type Place, pairOrder, placeSql, placeTypes } from './finding-order.ts';
import { withTriage } from './triage-of.ts';

/** Where findings are looked for at a time: in any artifact of certain pairs, in order, or of certain artifacts whatever pair. */
export interface Scope {
  readonly is: 'pairs' | 'artifacts';
  readonly ids: readonly number[];
}

/** What is walked through. */
export interface Walk {
  readonly filter: FindingFilter;
  readonly sort: FindingSort;
  readonly grain: 'artifact' | 'vulnerability';
  readonly after?: Place;
}

/** More pairs than these are walked to in order instead of being gathered first. */
const mostPairs = 20_000;
/** More artifacts than these are not gathered first either. */
const mostArtifacts = 200;
/** How many pairs, vulnerabilities or packages are looked at first, and at most, before it is seen whether they are enough. */
const [firstSize, largestSize] = [64, 4096];

/**
 * The scopes of a filter in an order, to be asked one after the other until there is enough. A filter that names little is gathered
 * first; one that does not is walked by what the order begins with, so that a page never reads the whole portfolio.
 */
export async function* walk(queries: Queries, way: Walk): AsyncGenerator<Scope> {
  const { filter, sort, after } = way;
  const artifacts = await namedArtifacts(queries, filter);
  if (artifacts !== undefined) {
    if (artifacts.length > 0) yield { is: 'artifacts', ids: artifacts };
    return;
  }
  const pairs = await namedPairs(queries, way);
  if (pairs !== undefined) {
    // In the order of artifacts, every pair may be in the next one.
    if (sort === 'artifact') yield* pairs.length === 0 ? [] : [toScope(pairs)];
    else yield* cut(pairs, way);
    return;
  }
  let size = sort === 'artifact' ? 8 : firstSize;
  let from: Place | undefined = after?.slice(0, driverColumns[sort]);
  let isInclusive = true;
  for (;;) {
    const steps = await nextSteps(queries, filter, { sort, from, isInclusive, size });
    const last = steps.at(-1);
    if (last === undefined) return;
    const stepIds = steps.map(({ id }) => id);
    if (sort === 'artifact') yield { is: 'artifacts', ids: stepIds };
    else yield* cut(await pairsOf(queries, way, ofSteps(sort, stepIds)), way);
    if (steps.length < size) return;
    from = last.key;
    isInclusive = false;
    size = Math.min(size * 4, largestSize);
  }
}

function ofSteps(sort: FindingSort, stepIds: readonly number[]): RawBuilder<unknown> {
  return sort === 'package'
    ? sql`c.package_id = any(${ids(stepIds)})`
    : sql`pair.vulnerability_id = any(${ids(stepIds)})`;
}

/** The artifacts of a filter that names few. */
async function namedArtifacts(queries: Queries, filter: FindingFilter): Promise<readonly number[] | undefined> {
  if (conditionsAt('artifact', filter).length === 0) return undefined;
  const { rows } = await sql<{ id: number }>`select a.id from artifact a where ${levelSql('artifact', filter)}
    limit ${mostArtifacts + 1}`.execute(queries);
  return rows.length > mostArtifacts ? undefined : rows.map(({ id }) => id);
}

/** The pairs of a filter that names few. */
async function namedPairs(queries: Queries, way: Walk): Promise<readonly Pair[] | undefined> {
  const decided = way.filter.conditions.some(isDecided);
  if (!decided && !conditionsAt('pair', way.filter).some(narrows)) return undefined;
  const where = decided
    ? sql`(c.package_id, v.id) in (select i.package_id, i.vulnerability_id from analysis_instance i)`
    : sql`true`;
  const { rows } = await sql<{ n: number }>`select count(*)::int4 as n from (select ${pairTables} where ${where}
    and ${levelSql('pair', way.filter)} limit ${mostPairs + 1}) x`.execute(queries);
  return (rows[0]?.n ?? 0) > mostPairs ? undefined : pairsOf(queries, way, where);
}

/** Whether a condition leaves few enough to gather: one that says what a thing is called. */
function narrows({ key, isNegated, values }: Condition): boolean {
  if (isNegated || /^(?:severity|fix|version)$/.test(key)) return false;
  return values.every((value) => !value.startsWith('*'));
}

/** Whether only findings with a decision can be meant. */
function isDecided({ key, isNegated, values }: Condition): boolean {
  return key === 'state' && values.includes('none') === isNegated;
}

interface Pair {
  readonly id: number;
  readonly vulnerabilityId: number;
}

/** Pairs that fulfil what the filter says about pairs, in order, none before the place. */
async function pairsOf(
  queries: Queries,
  { filter, sort, grain, after }: Walk,
  where: RawBuilder<unknown>,
): Promise<readonly Pair[]> {
  const order = pairOrder(sort, grain);
  const start = order === undefined || after === undefined ? sql`true` : order.from(after);
  const { rows } = await sql<Pair>`select f.pair_id as id, f.vulnerability_id as "vulnerabilityId" from (${factsSql}
    where ${where} and ${levelSql('pair', filter)}) f where ${start}
    ${order === undefined ? sql`` : sql`order by ${order.columns}`}`.execute(queries);
  return rows;
}

const pairTables = sql`from pair join component c on c.id = pair.component_id join package p on p.id = c.package_id
  join vulnerability v on v.id = pair.vulnerability_id`;

/** What pairs are. */
const factsSql = sql`select pair.id as pair_id, pair.fixed_in, c.id as component_id, c.purl, p.id as package_id, p.name,
  p.version, p.manager, v.id as vulnerability_id, v.vid, ${rankSql} as rank ${pairTables}`;

/** Cuts a list of pairs into growing scopes; with one row a vulnerability, never between pairs of the same. */
function* cut(pairs: readonly Pair[], { grain }: Walk): Generator<Scope> {
  let size = firstSize;
  for (let start = 0; start < pairs.length; ) {
    let end = Math.min(start + size, pairs.length);
    while (
      grain === 'vulnerability' &&
      pairs[end]?.vulnerabilityId === pairs[end - 1]?.vulnerabilityId &&
      end < pairs.length
    )
      end++;
    yield toScope(pairs.slice(start, end));
    start = end;
    size = Math.min(size * 4, largestSize);
  }
}

function toScope(pairs: readonly Pair[]): Scope {
  return { is: 'pairs', ids: pairs.map(({ id }) => id) };
}

interface Step {
  readonly id: number;
  readonly key: Place;
}

interface StepWish {
  readonly sort: FindingSort;
  readonly from: Place | undefined;
  readonly isInclusive: boolean;
  readonly size: number;
}

/** The next vulnerabilities, packages or artifacts in an order. */
async function nextSteps(
  queries: Queries,
  filter: FindingFilter,
  { sort, from, isInclusive, size }: StepWish,
): Promise<readonly Step[]> {
  const { id, key, body } = drivers[sort](filter);
  const types = placeTypes(sort, 'artifact').slice(0, driverColumns[sort]);
  const start =
    from === undefined ? sql`true` : sql`(${key}) ${isInclusive ? sql`>=` : sql`>`} (${placeSql(types, from)})`;
  const { rows } = await sql<Step>`select ${id} as id, jsonb_build_array(${key}) as key ${body} and ${start}
    order by ${key} limit ${size}`.execute(queries);
  return rows;
}

interface Driver {
  readonly id: RawBuilder<unknown>;
  readonly key: RawBuilder<unknown>;
  /** `from … where …`. */
  readonly body: RawBuilder<unknown>;
}

const drivers: Readonly<Record<FindingSort, (filter: FindingFilter) => Driver>> = {
  severity: (filter) => ({
    id: sql`v.id`,
    key: sql`w.rank, v.vid`,
    body: sql`from vulnerability v ${withEveryRank} where ${levelSql('vulnerability', filter, sql`w.rank`)}`,
  }),
  cve: (filter) => ({
    id: sql`v.id`,
    key: sql`v.vid`,
    body: sql`from vulnerability v where ${levelSql('vulnerability', filter)}`,
  }),
  package: (filter) => ({
    id: sql`p.id`,
    key: sql`p.name, p.version, p.manager`,
    body: sql`from package p where ${levelSql('package', filter)} and exists (select from component c
      join pair on pair.component_id = c.id where c.package_id = p.id)`,
  }),
  artifact: (filter) => ({
    id: sql`a.id`,
    key: sql`a.name, a.host, a.organization, a.digest, a.id`,
    body: sql`from artifact a where ${filter.when === 'now' ? sql`a.head_pairset is not null` : sql`true`}
      and ${levelSql('artifact', filter)}`,
  }),
};

/** `with facts`: what the pairs of a scope are, and `members` for a scope of artifacts. */
export function scopeSql(filter: FindingFilter, scope: Scope): RawBuilder<unknown> {
  const chosen = ids(scope.ids);
  // Pairs of a scope were chosen by the filter.
  if (scope.is === 'pairs') return sql`with facts as materialized (${factsSql} where pair.id = any(${chosen}))`;
  const held =
    filter.when === 'now'
      ? sql`select a.id as artifact_id, m.id as pair_id from artifact a join pairset s on s.id = a.head_pairset`
      : sql`select distinct a.id as artifact_id, m.id as pair_id from artifact a
          join artifact_set x on x.artifact_id = a.id join pairset s on s.id = x.pairset_id`;
  return sql`with members as materialized (${held} cross join unnest(s.ids) m(id)
      where a.id = any(${chosen}) and ${levelSql('artifact', filter)}),
    facts as materialized (${factsSql} where pair.id in (select members.pair_id from members)
      and ${levelSql('pair', filter)})`;
}

/**
 * `from facts f … artifact a … where …`: the findings of a scope that fulfil what the filter says, and `also`. Of one pair, `some` says
 * which and how many artifacts are wanted. Each pair is looked up in the index of sets by itself: no set is taken apart for it.
 */
export function matchesSql(
  filter: FindingFilter,
  scope: Scope,
  also: RawBuilder<unknown> = sql`true`,
  some: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const triage = filter.conditions.some(({ key }) => key === 'state')
    ? withTriage(sql`f.package_id`, sql`f.vulnerability_id`)
    : sql``;
  const conditions = sql`${stateSql(filter)} and ${also}`;
  if (scope.is === 'artifacts')
    return sql`from facts f join members h on h.pair_id = f.pair_id join artifact a on a.id = h.artifact_id ${triage}
      where ${conditions}`;
  const sets = sql`(select s.id from pairset s where s.ids @> array[f.pair_id]) s`;
  const held =
    filter.when === 'now'
      ? sql`${sets} join artifact a on a.head_pairset = s.id`
      : sql`(select distinct x.artifact_id from ${sets} join artifact_set x on x.pairset_id = s.id) h
          join artifact a on a.id = h.artifact_id`;
  return sql`from facts f cross join lateral (select a.* from ${held} ${triage}
    where ${levelSql('artifact', filter)} and ${conditions} ${some}) a where true`;
}
