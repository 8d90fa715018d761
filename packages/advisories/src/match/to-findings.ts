import type { Evidence, Finding, FixState, Rating } from '@assay/contract';
import type { StoredAffected, StoredRecord, VulnerabilityData } from '../data/open-data.ts';
import type { RangeAnswer } from '../record/ranges.ts';
import { compareVersions } from '../versions/compare.ts';
import { groupByIds, representative } from './alias-groups.ts';
import { chooseSeverity, type RatingOf } from './choose-severity.ts';
import type { Query } from './queries.ts';

/** A record that holds for a version. */
export interface Hit {
  readonly query: Query;
  /** The ecosystem as records write it. */
  readonly source: string;
  readonly affected: StoredAffected;
  readonly record: StoredRecord;
  readonly answer: Extract<RangeAnswer, { kind: 'affected' }>;
}

/** A finding without the package it is in: packages of one source share it. */
export type FindingFacts = Omit<Finding, 'package'>;

/** Ids of one group whose other records are asked for ratings. */
const mostAsked = 12;
const mostUrls = 40;

/** One finding for each group of records that speak of the same vulnerability. */
export function toFindings(
  hits: readonly Hit[],
  data: VulnerabilityData,
  distribution: string | undefined,
): readonly FindingFacts[] {
  const items = hits.flatMap(splitBulletin);
  const numbers = groupByIds(items.map(({ ids }) => ids));
  const groups = new Map<number, Member[]>();
  for (const [i, item] of items.entries()) {
    const number = numbers[i] ?? i;
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [item]);
    else group.push(item);
  }
  return [...groups.values()].map((group) => toFinding(group, data, distribution));
}

interface Member {
  readonly hit: Hit;
  readonly ids: readonly string[];
  /** Whether the record is about this vulnerability alone. */
  readonly alone: boolean;
}

/** A bulletin about several CVEs speaks of each of them; any other record is one with its aliases and its upstream. */
function splitBulletin(hit: Hit): Member[] {
  const { id, aliases, upstream } = hit.record;
  const cves = upstream.filter((other) => /^CVE-/i.test(other));
  if (cves.length > 1 && aliases.length === 0) return cves.map((cve) => ({ hit, ids: [cve], alone: false }));
  return [{ hit, ids: [id, ...aliases, ...upstream], alone: true }];
}

function toFinding(group: readonly Member[], data: VulnerabilityData, distribution: string | undefined): FindingFacts {
  const ids = [...new Set(group.flatMap((member) => member.ids))];
  const records = unique(group.map(({ hit }) => hit.record));
  // The record that is about this vulnerability tells the story better than a bulletin about many.
  const tellers = unique(group.filter(({ alone }) => alone).map(({ hit }) => hit.record));
  const told = tellers.length > 0 ? tellers : records;
  const id = representative(
    ids,
    records.map((record) => record.id),
  );
  const matched = ratingsOf(group.filter(({ alone }) => alone));
  const bulletins = ratingsOf(group.filter(({ alone }) => !alone));
  const cves = ids.filter((each) => /^CVE-/i.test(each));
  // Whoever rates a GHSA with a CVE names both.
  const asked = cves.length > 0 ? cves : ids.filter((each) => each.startsWith('GHSA-'));
  const others: RatingOf[] = asked
    .slice(0, mostAsked)
    .flatMap((each) => data.ratings(each).map(([record, rating]) => ({ record, rating })))
    .filter(({ record }) => !records.some((known) => known.id === record));
  const hits = group.map(({ hit }) => hit);
  const title = told.find((record) => record.title !== undefined)?.title;
  const description = told.find((record) => record.description !== undefined)?.description ?? title;
  const publishedAt = least(told.flatMap(({ published }) => published ?? []));
  const modifiedAt = told
    .flatMap(({ modified }) => modified ?? [])
    .sort()
    .at(-1);
  return {
    id,
    aliases: ids.filter((each) => each !== id).sort(),
    ...chooseSeverity({ matched, others, bulletins }, distribution),
    ratings: distinctRatings([...matched, ...others, ...bulletins]),
    fixState: fixStateOf(hits),
    fixedIn: fixesOf(hits),
    evidence: evidenceOf(hits),
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    urls: [...new Set(told.flatMap(({ urls }) => urls))].slice(0, mostUrls),
    cwes: [...new Set(told.flatMap(({ cwes }) => cwes))],
    ...(publishedAt !== undefined && { publishedAt }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    ...exploitOf(cves, data),
  };
}

function ratingsOf(members: readonly Member[]): readonly RatingOf[] {
  return members.flatMap(({ hit: { affected, record } }) =>
    [...affected.ratings, ...record.ratings].map((rating) => ({ record: record.id, rating })),
  );
}

function unique(records: readonly StoredRecord[]): readonly StoredRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

function least(texts: readonly string[]): string | undefined {
  return [...texts].sort()[0];
}

function distinctRatings(ratings: readonly RatingOf[]): readonly Rating[] {
  const out = new Map<string, Rating>();
  for (const { rating } of ratings) {
    out.set(
      `${rating.source} ${rating.method} ${rating.severity} ${rating.score ?? ''} ${rating.vector ?? ''}`,
      rating,
    );
  }
  return [...out.values()];
}

/** A fix in any record is a fix. Without one: a part that ends with the last affected version leaves open which version is the first that is not. */
function fixStateOf(hits: readonly Hit[]): FixState {
  if (hits.some(({ answer }) => answer.fixes.length > 0)) return 'fixed';
  if (hits.some(({ affected }) => affected.wontFix)) return 'wont-fix';
  const open = hits.some(({ answer, affected }) => answer.end === 'open' && affected.ranges.length > 0);
  return open ? 'not-fixed' : 'unknown';
}

function fixesOf(hits: readonly Hit[]): readonly string[] {
  const order = hits[0]?.query.order ?? 'generic';
  return [...new Set(hits.flatMap(({ answer }) => answer.fixes))].sort((a, b) => compareVersions(order, a, b));
}

function evidenceOf(hits: readonly Hit[]): readonly Evidence[] {
  const out = new Map<string, Evidence>();
  for (const { query, source, record, answer } of hits) {
    const { name, version } = query;
    out.set(`${record.id} ${source} ${name}`, {
      advisory: record.id,
      source,
      matchedName: name,
      matchedVersion: version,
      range: answer.range,
      ...(record.page !== undefined && { url: record.page }),
    });
  }
  return [...out.values()];
}

/** The worst that is known of any CVE of the group. */
function exploitOf(cves: readonly string[], data: VulnerabilityData): Pick<Finding, 'kev' | 'epss'> {
  const facts = cves.slice(0, mostAsked).map((cve) => data.exploit(cve));
  const kev = facts.find((fact) => fact.kev !== undefined)?.kev;
  const [epss] = facts.flatMap((fact) => fact.epss ?? []).sort((a, b) => b.score - a.score);
  return { ...(kev !== undefined && { kev }), ...(epss !== undefined && { epss }) };
}
