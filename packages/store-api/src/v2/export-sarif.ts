import { createHash } from 'node:crypto';
import type { Severity } from '@assay/contract';
import type { FindingRow } from '@assay/store';
import { artifactPurl, artifactWord, packagePurl } from './artifact-words.ts';

/** Source: SARIF 2.1.0 §3.27.10. */
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  none: 'note',
  unknown: 'warning',
};

/** One run of SARIF 2.1.0. The rules come behind the results: they are known only then. */
export async function* toSarif(findings: AsyncIterable<FindingRow>): AsyncGenerator<string> {
  const rules = new Map<string, number>();
  yield '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"utf16CodeUnits","results":[';
  let glue = '';
  for await (const finding of findings) {
    const at = rules.get(finding.cve) ?? rules.size;
    rules.set(finding.cve, at);
    yield `${glue}\n${JSON.stringify(toResult(finding, at))}`;
    glue = ',';
  }
  const driver = {
    name: 'assay store',
    rules: [...rules.keys()].map((id) => ({ id, shortDescription: { text: id } })),
  };
  yield `\n],"tool":${JSON.stringify({ driver })}}]}\n`;
}

function toResult(finding: FindingRow, ruleIndex: number): object {
  const { cve, severity, package: pkg, artifact, fixedIn, triage } = finding;
  const where = artifactWord(artifact);
  const fix = fixedIn.length > 0 ? `fixed in ${fixedIn.join(', ')}` : 'no fix known';
  const accepted = triage !== null && /^(?:not_affected|false_positive|resolved)/.test(triage.state);
  const hash = createHash('sha256').update(JSON.stringify([cve, artifact.host, artifact.name, pkg.manager, pkg.name]));
  return {
    ruleId: cve,
    ruleIndex,
    level: levels[severity],
    message: { text: `${pkg.name} ${pkg.version} in ${where} has ${cve} (${severity}); ${fix}.` },
    locations: [
      {
        // Services want a file; the image's name stands for it.
        physicalLocation: {
          artifactLocation: { uri: encodeURI(artifact.name) || 'unknown' },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: pkg.name, fullyQualifiedName: `${where}#${pkg.name}@${pkg.version}`, kind: 'module' },
        ],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: `${hash.digest('hex').slice(0, 32)}:1` },
    ...(accepted ? { suppressions: [{ kind: 'external', status: 'accepted', justification: triage.state }] } : {}),
    properties: { severity, artifact: artifactPurl(artifact), purl: packagePurl(finding), fixedIn },
  };
}
