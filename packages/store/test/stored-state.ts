import { sql } from 'kysely';
import { findReports, type Queries, readContent } from '../src/index.ts';

/** Everything in a store by names, without the numbers that depend on who came first. */
export async function storedState(queries: Queries) {
  const texts = async (query: ReturnType<typeof sql<{ text: string }>>) =>
    (await query.execute(queries)).rows.map(({ text }) => text);
  const heads = sql<{ text: string }>`select concat_ws(' ', a.host, a.name, a.digest,
    (select t.uid from report t where t.id = a.head_report), (select t.uid from report t where t.id = a.head_scan),
    (select concat_ws('/', n, critical, high, fixable) from pairset where id = a.head_pairset)) as text
    from artifact a order by 1`;
  return {
    packages: await texts(sql`select concat_ws(' ', manager, name, version) as text from package order by 1`),
    components: await texts(sql`select purl as text from component order by 1`),
    vulnerabilities: await texts(sql`select vid as text from vulnerability order by 1`),
    ratings: await texts(sql`select concat_ws(' ', v.vid, r.source, r.method, r.severity, r.score) as text
      from current_rating k join rating r on r.id = k.rating_id join vulnerability v on v.id = k.vulnerability_id order by 1`),
    pairs: await texts(sql`select concat_ws(' ', c.purl, v.vid) as text from pair
      join component c on c.id = pair.component_id join vulnerability v on v.id = pair.vulnerability_id order by 1`),
    heads: await texts(heads),
    reports: await storedReports(queries),
  };
}

/** What each report lists, by its name. */
export async function storedReports(queries: Queries) {
  const { rows } = await findReports(queries, {}, 'ASC');
  const reports: Record<string, { readonly packages: readonly string[]; readonly pairs: readonly string[] }> = {};
  for (const head of rows) {
    const { packages, links, vulnerabilities } = await readContent(queries, head);
    const names = new Map(packages.map(({ id, name, version }) => [id, { name, version }]));
    const ids = new Map(vulnerabilities.map(({ id, vid }) => [id, vid]));
    reports[head.uid] = {
      packages: packages.map(({ name, version }) => `${name}@${version}`).sort(),
      pairs: links.map((link) => `${names.get(link.packageId)?.name} ${ids.get(link.vulnerabilityId)}`).sort(),
    };
  }
  return reports;
}
