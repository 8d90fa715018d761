import { findSeverity, type Rating, type RatingMethod, type Severity } from '@assay/contract';
import { findNumber, findObject, findText, type JsonObject, toObjects } from '../json/value.ts';

/** Values of `rating.method`, those of the old extension included. Source: CycloneDX 1.7, `scoreMethod`; vulnerability-1.0.xsd. */
const methods: Readonly<Record<string, RatingMethod>> = {
  cvssv2: 'CVSSv2',
  cvssv3: 'CVSSv3',
  cvssv31: 'CVSSv31',
  cvssv4: 'CVSSv4',
  owasp: 'OWASP',
  'owasp risk': 'OWASP',
  ssvc: 'SSVC',
};

/** Every opinion, in the document's order. One without a source is the vulnerability source's own. */
export function toRatings(vulnerability: JsonObject, source: string): readonly Rating[] {
  return toObjects(vulnerability, 'ratings').map((rating) => {
    const vector = findText(rating, 'vector');
    const method = methodOf(findText(rating, 'method'), vector);
    const score = findNumber(rating, 'score');
    return {
      source: findText(findObject(rating, 'source'), 'name') ?? source,
      method,
      severity: severityOf(findText(rating, 'severity'), method, score),
      ...(score === undefined ? {} : { score }),
      ...(vector === undefined ? {} : { vector }),
    };
  });
}

/** Old versions have no word for the newer methods, and some producers give none at all: the vector says it. */
function methodOf(word: string | undefined, vector: string | undefined): RatingMethod {
  const key = word?.toLowerCase() ?? '';
  const known = Object.hasOwn(methods, key) ? methods[key] : undefined;
  if (known !== undefined) return known;
  if (vector?.startsWith('CVSS:4.') === true) return 'CVSSv4';
  if (vector?.startsWith('CVSS:3.1/') === true) return 'CVSSv31';
  if (vector?.startsWith('CVSS:3.0/') === true) return 'CVSSv3';
  if (vector !== undefined && /^\(?AV:[LAN]\/AC:[HML]\/Au:/.test(vector)) return 'CVSSv2';
  return word === undefined ? 'vendor' : 'other';
}

/** The word decides, even where it contradicts the score: vendors rate so. */
function severityOf(word: string | undefined, method: RatingMethod, score: number | undefined): Severity {
  const said = word === undefined ? undefined : findSeverity(word);
  if (said !== undefined && said !== 'unknown') return said;
  return score === undefined ? 'unknown' : severityOfScore(method, score);
}

/** Source: CVSS 3.1 §5 and 4.0 §6, qualitative severity rating scale; for version 2 NVD's scale, which has no critical. */
function severityOfScore(method: RatingMethod, score: number): Severity {
  if (!(score >= 0 && score <= 10)) return 'unknown';
  if (method === 'CVSSv2') return score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  if (method !== 'CVSSv3' && method !== 'CVSSv31' && method !== 'CVSSv4') return 'unknown';
  if (score === 0) return 'none';
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
}

/** Newer methods first, then what is no CVSS. */
const preference: readonly RatingMethod[] = [
  'CVSSv4',
  'CVSSv31',
  'CVSSv3',
  'vendor',
  'other',
  'CVSSv2',
  'OWASP',
  'SSVC',
];

/**
 * The rating that counts: the one of the source that published the vulnerability, else by method, newer ones first; of equals
 * the first. Scores of different methods are never compared.
 */
export function chooseRating(
  ratings: readonly Rating[],
  source: string,
): { readonly severity: Severity; readonly severitySource: string } {
  const telling = ratings.filter((rating) => rating.severity !== 'unknown');
  const own = telling.filter((rating) => rating.source === source);
  const [best] = (own.length > 0 ? own : telling).toSorted(
    (a, b) => preference.indexOf(a.method) - preference.indexOf(b.method),
  );
  if (best === undefined) return { severity: 'unknown', severitySource: '' };
  return { severity: best.severity, severitySource: `${best.source} (${best.method})` };
}
