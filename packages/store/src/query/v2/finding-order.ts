import { type RawBuilder, sql } from 'kysely';

/** Orders of findings; each ends with what tells every finding from the others. */
export const findingSorts = ['severity', 'cve', 'package', 'artifact'] as const;
export type FindingSort = (typeof findingSorts)[number];

/** Where a page ends: the values of the order's columns. */
export type Place = readonly (string | number)[];

type Column = readonly [sql: RawBuilder<unknown>, type: 'text' | 'int4'];

const rank: Column = [sql`f.rank`, 'int4'];
const vid: Column = [sql`f.vid`, 'text'];
const name: Column = [sql`f.name`, 'text'];
const version: Column = [sql`f.version`, 'text'];
const manager: Column = [sql`f.manager`, 'text'];
const component: Column = [sql`f.component_id`, 'int4'];
const artifact: Column = [sql`a.id`, 'int4'];
const artifactNames: readonly Column[] = [
  [sql`a.name`, 'text'],
  [sql`a.host`, 'text'],
  [sql`a.organization`, 'text'],
  [sql`a.digest`, 'text'],
];

const columns: Readonly<Record<FindingSort, readonly Column[]>> = {
  severity: [rank, vid, name, version, manager, component, artifact],
  cve: [vid, name, version, manager, component, artifact],
  package: [name, version, manager, component, vid, artifact],
  artifact: [...artifactNames, artifact, rank, vid, component],
};

const groupColumns: Readonly<Record<'severity' | 'cve', readonly Column[]>> = { severity: [rank, vid], cve: [vid] };

/** How many of the first columns are those that the findings are walked by, see `walk`. */
export const driverColumns: Readonly<Record<FindingSort, number>> = { severity: 2, cve: 1, package: 3, artifact: 5 };

/** The types of a place in an order: what a cursor must hold. */
export function placeTypes(sort: FindingSort, grain: 'artifact' | 'vulnerability'): readonly ('text' | 'int4')[] {
  return orderOf(sort, grain).map(([, type]) => type);
}

/** `order by` of an order. */
export function orderSql(sort: FindingSort, grain: 'artifact' | 'vulnerability'): RawBuilder<unknown> {
  return sql.join(orderOf(sort, grain).map(([column]) => column));
}

/** Everything behind a place. */
export function behind(
  sort: FindingSort,
  grain: 'artifact' | 'vulnerability',
  place: Place | undefined,
): RawBuilder<unknown> {
  if (place === undefined) return sql`true`;
  const all = orderOf(sort, grain);
  return sql`(${sql.join(all.map(([column]) => column))}) > (${placeSql(
    all.map(([, type]) => type),
    place,
  )})`;
}

/** The values of a place with their types. */
export function placeSql(types: readonly ('text' | 'int4')[], place: Place): RawBuilder<unknown> {
  return sql.join(types.map((type, at) => sql`${place[at] ?? null}::${sql.raw(type)}`));
}

function orderOf(sort: FindingSort, grain: 'artifact' | 'vulnerability'): readonly Column[] {
  return grain === 'vulnerability' && (sort === 'severity' || sort === 'cve') ? groupColumns[sort] : columns[sort];
}

/** The order of pairs alone, as far as an order has one: by artifact it has none. */
export function pairOrder(
  sort: FindingSort,
  grain: 'artifact' | 'vulnerability',
): { readonly columns: RawBuilder<unknown>; from(place: Place): RawBuilder<unknown> } | undefined {
  if (sort === 'artifact') return undefined;
  const wanted = grain === 'artifact' ? orderOf(sort, grain).slice(0, -1) : orderOf(sort, grain);
  const names = sql.join(wanted.map(([column]) => column));
  const types = wanted.map(([, type]) => type);
  return { columns: names, from: (place) => sql`(${names}) >= (${placeSql(types, place)})` };
}
