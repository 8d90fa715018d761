import { severities } from '@assay/contract';
import { type RawBuilder, sql } from 'kysely';
import { texts } from '../../ingest/dictionary.ts';
import { allOf } from '../rows.ts';

/** What findings are filtered by. */
export const filterKeys = [
  'severity',
  'cve',
  'package',
  'version',
  'purl',
  'fix',
  'image',
  'registry',
  'digest',
  'kind',
  'group',
  'groupName',
  'namespace',
  'state',
] as const;
export type FilterKey = (typeof filterKeys)[number];

/** One of the values, or none of them. `*` in a text stands for any characters. */
export interface Condition {
  readonly key: FilterKey;
  readonly isNegated: boolean;
  readonly values: readonly string[];
}

/** Which findings: all conditions hold. `now` is what the newest scan of each artifact found, `ever` what any did. */
export interface FindingFilter {
  readonly when: 'now' | 'ever';
  readonly conditions: readonly Condition[];
}

const vulnerabilityKeys: ReadonlySet<FilterKey> = new Set(['cve', 'severity']);
const packageKeys: ReadonlySet<FilterKey> = new Set(['package', 'version']);
const pairKeys: ReadonlySet<FilterKey> = new Set(['cve', 'severity', 'package', 'version', 'purl', 'fix']);
const artifactKeys: ReadonlySet<FilterKey> = new Set([
  'image',
  'registry',
  'digest',
  'kind',
  'group',
  'groupName',
  'namespace',
]);

/** What the conditions are about: a vulnerability alone, a package alone, both and the fix, or an artifact. */
export type Level = 'vulnerability' | 'package' | 'pair' | 'artifact';

const levels: Readonly<Record<Level, ReadonlySet<FilterKey>>> = {
  vulnerability: vulnerabilityKeys,
  package: packageKeys,
  pair: pairKeys,
  artifact: artifactKeys,
};

/** Those of the conditions that can be decided at a level. */
export function conditionsAt(level: Level, { conditions }: FindingFilter): readonly Condition[] {
  return conditions.filter(({ key }) => levels[level].has(key));
}

/**
 * The conditions of a level as SQL over `vulnerability v`, `package p`, `component c` and `pair`, and over `artifact a`.
 * `state` is decided with the decision at hand, see `stateSql`.
 */
export function levelSql(
  level: Level,
  filter: FindingFilter,
  rank: RawBuilder<unknown> = rankSql,
): RawBuilder<unknown> {
  return allOf(
    conditionsAt(level, filter).map(({ key, isNegated, values }) =>
      signed(isNegated, key === 'severity' ? severitySql(rank, values) : anyOf(columnSql[key](values))),
    ),
  );
}

function severitySql(rank: RawBuilder<unknown>, values: readonly string[]): RawBuilder<unknown> {
  return sql`${rank} = any(${values.map((each) => (severities as readonly string[]).indexOf(each))}::int4[])`;
}

/** The conditions on the state of triage as SQL over `t.state`; `none` is a finding that nobody has decided about. */
export function stateSql({ conditions }: FindingFilter): RawBuilder<unknown> {
  return allOf(
    conditions
      .filter(({ key }) => key === 'state')
      .map(({ isNegated, values }) => signed(isNegated, sql`coalesce(t.state, 'none') = any(${texts(values)})`)),
  );
}

/** `array_position` counts from 1. */
const place = sql`array_position(${texts(severities)}, r.severity) - 1`;

/**
 * The place of a severity of `vulnerability v`, the worst is 0: the worst among the ratings that count, the newest of each source and
 * method. Whom to trust more is for a policy to say, not for a list.
 */
export const rankSql: RawBuilder<unknown> = sql`(select coalesce(min(${place}), 6) from current_rating k
  join rating r on r.id = k.rating_id where k.vulnerability_id = v.id)::int4`;

/** Joins the same as `w.rank`, for when every vulnerability is looked at. */
export const withEveryRank: RawBuilder<unknown> = sql`left join (select k.vulnerability_id, min(${place})::int4 as rank
  from current_rating k join rating r on r.id = k.rating_id group by 1) ranked on ranked.vulnerability_id = v.id
  cross join lateral (select coalesce(ranked.rank, 6) as rank) w`;

type ToSql = (values: readonly string[]) => readonly RawBuilder<unknown>[];

/** Each key as alternatives. */
const columnSql: Readonly<Record<Exclude<FilterKey, 'severity'>, ToSql>> = {
  cve: (values) => {
    const spelled = values.flatMap(spellings);
    // Found first, so that the index of pairs is asked for those alone.
    return [
      sql`v.id in (select n.id from vulnerability n where ${anyOf(like(sql`n.vid`, spelled))} union
        select n.vulnerability_id from vulnerability_alias n where ${anyOf(like(sql`n.alias`, spelled))})`,
    ];
  },
  package: (values) => like(sql`p.name`, values),
  version: (values) => like(sql`p.version`, values),
  // The API gives a package URL as exact as it was asked for; each level is a column of its own.
  purl: (values) => [sql`c.id in (${componentsOf(values)})`],
  fix: (values) => [
    ...(values.includes('yes') ? [sql`pair.fixed_in <> '{}'`] : []),
    ...(values.includes('no') ? [sql`pair.fixed_in = '{}'`] : []),
  ],
  image: (values) => values.map(imageSql),
  registry: (values) => like(sql`a.host`, values),
  digest: (values) => like(sql`a.digest`, values),
  kind: (values) => [sql`a.kind = any(${texts(values)})`],
  group: (values) => [inGroup(anyOf(like(sql`g.uid`, values)))],
  groupName: (values) => [inGroup(anyOf(like(sql`g.labels->>'name'`, values)))],
  namespace: (values) => [inGroup(anyOf(like(sql`g.labels->>'namespace'`, values)))],
  state: () => [sql`true`],
};

/** Ids of components by package URL, each as exact as it is. The most exact form has no index of its own: the one before finds it. */
export function componentsOf(purls: readonly string[]): RawBuilder<unknown> {
  const versioned = purls.map((purl) => purl.replace(/[?#].*$/s, ''));
  return sql`select n.id from component n where n.base <> '' and n.base = any(${texts(purls)}) union
    select n.id from component n where n.versioned <> '' and n.versioned = any(${texts(versioned)})
      and (n.versioned = any(${texts(purls)}) or n.purl = any(${texts(purls)}))`;
}

function inGroup(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`a.id in (select m.artifact_id from group_artifact m join artifact_group g on g.id = m.group_id
    where ${condition})`;
}

/** `name`, `registry/name`, either with `@digest`. */
function imageSql(value: string): RawBuilder<unknown> {
  const at = value.indexOf('@');
  const path = at < 0 ? value : value.slice(0, at);
  const digest = at < 0 ? [] : [anyOf(like(sql`a.digest`, [value.slice(at + 1)]))];
  const slash = path.indexOf('/');
  const split =
    slash > 0
      ? [
          sql`(${anyOf(like(sql`a.host`, [path.slice(0, slash)]))} and ${anyOf(like(sql`a.name`, [path.slice(slash + 1)]))})`,
        ]
      : [];
  return sql`(${allOf([sql`a.kind = 'image'`, anyOf([...like(sql`a.name`, [path]), ...split]), ...digest])})`;
}

/** Registries of ids write them in one case; people in any. */
function spellings(id: string): readonly string[] {
  const upper = id.toUpperCase();
  return [...new Set([id, upper, upper.replace(/^(GHSA)(.*)$/, (_all, head, rest) => head + rest.toLowerCase())])];
}

/** Exact texts as one comparison that an index answers, the others as patterns. */
function like(column: RawBuilder<unknown>, values: readonly string[]): readonly RawBuilder<unknown>[] {
  const exact = values.filter((value) => !value.includes('*'));
  const patterns = values
    .filter((value) => value.includes('*'))
    .map((value) => value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'));
  return [
    ...(exact.length === 0 ? [] : [sql`${column} = any(${texts(exact)})`]),
    ...patterns.map((pattern) => sql`${column} like ${pattern}`),
  ];
}

function anyOf(alternatives: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return alternatives.length === 0 ? sql`false` : sql`(${sql.join(alternatives, sql` or `)})`;
}

/** What is not known is not the value: the opposite of null is true. */
function signed(isNegated: boolean, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return isNegated ? sql`(${condition}) is not true` : condition;
}
