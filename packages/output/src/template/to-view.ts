import { type Finding, findPurl, type Inventory, type Location, type Report } from '@assay/contract';
import { countFindings, hasFix, linkOf, worstFirst } from '../findings.ts';
import { summaryLine } from '../summary.ts';
import type { VerdictLike } from '../table/report-table.ts';
import type { Value } from './filters.ts';

type View = Readonly<Record<string, Value>>;

/**
 * What templates see. Every name is always there, `null` when nobody says: so a name that is not there is a typing mistake.
 * docs/guide/output.md lists them; a test compares.
 */
export function toView(
  input: { readonly report: Report; readonly inventory: Inventory; readonly verdict?: VerdictLike },
  now: Date,
): View {
  const { report, inventory, verdict } = input;
  const { subject, distro, data } = report;
  const sorted = worstFirst(report.findings);
  const counts = countFindings(report);
  return {
    subject: {
      kind: subject.kind,
      name: subject.name,
      version: subject.version ?? null,
      digest: subject.digest ?? null,
      imageId: subject.imageId ?? null,
      platform: subject.platform ?? null,
      purl: subject.purl ?? null,
      layers: [...(subject.layers ?? [])],
    },
    distro:
      distro === undefined
        ? null
        : {
            id: distro.id,
            version: distro.version,
            codename: distro.codename ?? null,
            prettyName: distro.prettyName ?? null,
          },
    scanner: { name: report.scanner.name, version: report.scanner.version },
    data:
      data === undefined
        ? null
        : { kind: data.kind, asOf: data.asOf, records: data.records, digest: data.digest ?? null },
    scannedAt: report.scannedAt,
    now: now.toISOString(),
    summary: summaryLine(report, now),
    counts: { ...counts.bySeverity, total: counts.total, fixable: counts.fixable, suppressed: counts.suppressed },
    ecosystems: Object.entries(report.packageCounts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => ({ name, count })),
    findings: sorted.filter((one) => one.suppressed === undefined).map(findingView),
    suppressed: sorted.filter((one) => one.suppressed !== undefined).map(findingView),
    packages: inventory.packages.map((one) => ({
      name: one.name,
      version: one.version,
      kind: one.kind,
      purl: one.purl ?? null,
      arch: one.arch ?? null,
      licenses: [...one.licenses],
      supplier: one.supplier ?? null,
      locations: one.locations.map(locationView),
    })),
    rejected: report.rejected.map((one) => ({ at: one.at, why: one.why })),
    notices: report.notices.map((one) => ({ code: one.code, level: one.level, message: one.message })),
    verdict:
      verdict === undefined
        ? null
        : { is: verdict.verdict, reasons: verdict.reasons.map((one) => ({ means: one.means, message: one.message })) },
  };
}

function findingView(finding: Finding): View {
  const { package: found, kev, epss, analysis, suppressed } = finding;
  const rating = finding.ratings.find((one) => one.score !== undefined && one.severity === finding.severity);
  return {
    id: finding.id,
    aliases: [...finding.aliases],
    package: {
      name: found.name,
      version: found.version,
      purl: found.purl ?? null,
      ecosystem: (found.purl === undefined ? undefined : findPurl(found.purl)?.type) ?? null,
      locations: found.locations.map(locationView),
    },
    path: found.locations[0]?.path ?? null,
    severity: finding.severity,
    severitySource: finding.severitySource,
    score: rating?.score ?? null,
    vector: rating?.vector ?? null,
    fixState: finding.fixState,
    fixedIn: [...finding.fixedIn],
    isFixable: hasFix(finding),
    title: finding.title ?? null,
    description: finding.description ?? null,
    url: linkOf(finding) ?? null,
    urls: [...finding.urls],
    cwes: [...finding.cwes],
    publishedAt: finding.publishedAt ?? null,
    modifiedAt: finding.modifiedAt ?? null,
    evidence: finding.evidence.map((one) => ({
      advisory: one.advisory,
      source: one.source,
      matchedName: one.matchedName,
      matchedVersion: one.matchedVersion,
      range: one.range,
      url: one.url ?? null,
    })),
    kev:
      kev === undefined
        ? null
        : { dateAdded: kev.dateAdded, dueDate: kev.dueDate ?? null, ransomware: kev.ransomware ?? null },
    epss:
      epss === undefined ? null : { score: epss.score, percentile: epss.percentile ?? null, date: epss.date ?? null },
    analysis:
      analysis === undefined
        ? null
        : { state: analysis.state, justification: analysis.justification ?? null, detail: analysis.detail ?? null },
    suppressed:
      suppressed === undefined
        ? null
        : { by: suppressed.by, reason: suppressed.reason, source: suppressed.source, until: suppressed.until ?? null },
  };
}

function locationView(location: Location): View {
  return { path: location.path, layer: location.layer ?? null };
}
