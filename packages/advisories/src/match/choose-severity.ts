import { compareSeverity, type Rating, type RatingMethod, type Severity } from '@assay/contract';

/** A rating and the record it stands in. */
export interface RatingOf {
  readonly record: string;
  readonly rating: Rating;
}

/** A word of the database's people before a vector, newer CVSS before older: each version mends the one before. */
const methodRank: readonly RatingMethod[] = [
  'vendor',
  'CVSSv4',
  'CVSSv31',
  'CVSSv3',
  'CVSSv2',
  'OWASP',
  'SSVC',
  'other',
];

/** All that is said of one vulnerability. */
export interface RatingsOf {
  /** By the records that matched the package and are about this vulnerability alone. */
  readonly matched: readonly RatingOf[];
  /** By other records of the same vulnerability, whatever package they are about. */
  readonly others: readonly RatingOf[];
  /** By bulletins that matched and are about several: they rate the worst of them. */
  readonly bulletins: readonly RatingOf[];
}

/**
 * The severity of a finding, and whose it is. The first of these rules that has a rating wins:
 *
 * 1. the package's own distribution, for a distribution's package: it knows how it built it;
 * 2. the records that matched the package;
 * 3. other records of the same vulnerability;
 * 4. a bulletin about this and other vulnerabilities.
 *
 * Inside a rule a word wins over a vector and newer CVSS over older; of equals the worse, so that nothing is understated.
 * Nobody's rating leaves `unknown`.
 */
export function chooseSeverity(
  { matched, others, bulletins }: RatingsOf,
  distribution: string | undefined,
): { readonly severity: Severity; readonly severitySource: string } {
  const own = distribution === undefined ? [] : matched.filter(({ rating }) => rating.source === distribution);
  for (const [rule, ratings] of [
    ['the distribution', own],
    ['the matched record', matched],
    ['another record', others],
    ['a bulletin', bulletins],
  ] as const) {
    const best = findBest(ratings);
    if (best === undefined) continue;
    const { rating, record } = best;
    const how = rating.method === 'vendor' ? 'its word' : rating.method;
    return { severity: rating.severity, severitySource: `${rating.source}: ${how}, by ${rule} (${record})` };
  }
  return { severity: 'unknown', severitySource: '' };
}

function findBest(ratings: readonly RatingOf[]): RatingOf | undefined {
  let best: RatingOf | undefined;
  for (const each of ratings) {
    if (each.rating.severity === 'unknown') continue;
    if (best === undefined || compareRatings(each, best) < 0) best = each;
  }
  return best;
}

function compareRatings(a: RatingOf, b: RatingOf): number {
  return (
    methodRank.indexOf(a.rating.method) - methodRank.indexOf(b.rating.method) ||
    compareSeverity(a.rating.severity, b.rating.severity) ||
    (b.rating.score ?? 0) - (a.rating.score ?? 0) ||
    (a.record < b.record ? -1 : a.record > b.record ? 1 : 0)
  );
}
