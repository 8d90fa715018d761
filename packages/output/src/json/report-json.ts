import type { DataVersion, Finding, Notice, Rejected, Report, Subject } from '@assay/contract';

/** Key orders are part of the schema's promise: the same report gives the same bytes. */
const subjectKeys = ['kind', 'name', 'version', 'digest', 'imageId', 'platform', 'purl', 'layers'] as const;
const distroKeys = ['id', 'version', 'codename', 'prettyName', 'like'] as const;
const dataKeys = ['kind', 'asOf', 'schema', 'records', 'digest'] as const;
const findingKeys = [
  'id',
  'aliases',
  'package',
  'severity',
  'severitySource',
  'ratings',
  'fixState',
  'fixedIn',
  'evidence',
  'title',
  'description',
  'urls',
  'cwes',
  'publishedAt',
  'modifiedAt',
  'kev',
  'epss',
  'analysis',
  'suppressed',
] as const;
const packageKeys = ['ref', 'name', 'version', 'purl', 'locations'] as const;
const locationKeys = ['path', 'layer'] as const;
const ratingKeys = ['source', 'method', 'severity', 'score', 'vector'] as const;
const evidenceKeys = ['advisory', 'source', 'matchedName', 'matchedVersion', 'range', 'url'] as const;
const kevKeys = ['dateAdded', 'dueDate', 'ransomware'] as const;
const epssKeys = ['score', 'percentile', 'date'] as const;
const analysisKeys = ['state', 'justification', 'responses', 'detail'] as const;
const suppressedKeys = ['by', 'reason', 'source', 'until'] as const;

/** A key of the contract that is not listed above would be lost in silence; the compiler names it here. */
type Missing =
  | Exclude<keyof Finding, (typeof findingKeys)[number]>
  | Exclude<keyof Finding['package'], (typeof packageKeys)[number]>
  | Exclude<keyof Subject, (typeof subjectKeys)[number]>
  | Exclude<keyof DataVersion, (typeof dataKeys)[number]>
  | Exclude<keyof Finding['evidence'][number], (typeof evidenceKeys)[number]>
  | Exclude<keyof Finding['ratings'][number], (typeof ratingKeys)[number]>;
const nothingMissing: [Missing] extends [never] ? true : Missing = true;

/** Writes a report as JSON in our own schema (docs/reference/report.schema.json), a finding at a time. */
export function* reportJson(report: Report): Iterable<string> {
  const head = {
    schema: report.schema,
    subject: pick(report.subject, subjectKeys),
    ...(report.distro === undefined ? {} : { distro: pick(report.distro, distroKeys) }),
    scanner: { name: report.scanner.name, version: report.scanner.version },
    ...(report.data === undefined ? {} : { data: pick(report.data, dataKeys) }),
    scannedAt: report.scannedAt,
    packageCounts: sorted(report.packageCounts),
  };
  const opening = JSON.stringify(head, null, 2);
  yield `${opening.slice(0, opening.lastIndexOf('\n'))},\n`;
  yield* list('findings', report.findings, toFinding);
  yield ',\n';
  yield* list('rejected', report.rejected, (one: Rejected) => pick(one, ['at', 'why']));
  yield ',\n';
  yield* list('notices', report.notices, (one: Notice) => pick(one, ['code', 'level', 'message']));
  yield '\n}\n';
}

function* list<T>(key: string, all: readonly T[], convert: (one: T) => object): Iterable<string> {
  if (all.length === 0) {
    yield `  ${JSON.stringify(key)}: []`;
    return;
  }
  yield `  ${JSON.stringify(key)}: [\n`;
  for (const [index, one] of all.entries()) {
    const text = JSON.stringify(convert(one), null, 2).replace(/^/gm, '    ');
    yield index === all.length - 1 ? `${text}\n` : `${text},\n`;
  }
  yield '  ]';
}

function toFinding(finding: Finding): object {
  const { package: found, ratings, evidence, kev, epss, analysis, suppressed } = finding;
  return pick(
    {
      ...finding,
      package: pick({ ...found, locations: found.locations.map((one) => pick(one, locationKeys)) }, packageKeys),
      ratings: ratings.map((one) => pick(one, ratingKeys)),
      evidence: evidence.map((one) => pick(one, evidenceKeys)),
      kev: kev && pick(kev, kevKeys),
      epss: epss && pick(epss, epssKeys),
      analysis: analysis && pick(analysis, analysisKeys),
      suppressed: suppressed && pick(suppressed, suppressedKeys),
    },
    nothingMissing ? findingKeys : [],
  );
}

/** The named members in that order; those without a value are left out. */
function pick<T extends object>(value: T, keys: readonly (keyof T & string)[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of keys) if (value[key] !== undefined) out[key] = value[key];
  return out;
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
