import { randomUUID } from 'node:crypto';
import type { FindingRow } from '@assay/store';
import { artifactPurl, artifactWord } from './artifact-words.ts';

/**
 * CycloneDX 1.6: the artifacts as components with their packages inside, and one vulnerability a finding. Read twice, so that neither
 * list is held: `read` gives the findings in the order of their artifacts.
 */
export async function* toCycloneDx(read: () => AsyncIterable<FindingRow>, now: Date): AsyncGenerator<string> {
  const head = {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${randomUUID()}`, version: 1 },
    metadata: {
      timestamp: now.toISOString(),
      tools: { components: [{ type: 'application', name: 'assay store' }] },
    },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"components":[`;
  let glue = '';
  for await (const component of components(read())) {
    yield `${glue}\n${JSON.stringify(component)}`;
    glue = ',';
  }
  yield '\n],"vulnerabilities":[';
  glue = '';
  for await (const finding of read()) {
    yield `${glue}\n${JSON.stringify(toVulnerability(finding))}`;
    glue = ',';
  }
  yield '\n]}\n';
}

async function* components(findings: AsyncIterable<FindingRow>): AsyncGenerator<object> {
  let current: FindingRow['artifact'] | undefined;
  let inside = new Map<number, object>();
  for await (const finding of findings) {
    if (current !== undefined && current.id !== finding.artifact.id) {
      yield toComponent(current, inside);
      inside = new Map();
    }
    current = finding.artifact;
    const { name, version, purl } = finding.package;
    inside.set(finding.componentId, {
      ...{ type: 'library', 'bom-ref': refOf(finding), name, version },
      ...(purl === '' ? {} : { purl }),
    });
  }
  if (current !== undefined) yield toComponent(current, inside);
}

function toComponent(artifact: FindingRow['artifact'], inside: ReadonlyMap<number, object>): object {
  return {
    type: artifact.kind === 'image' ? 'container' : 'application',
    'bom-ref': `artifact-${artifact.id}`,
    name: artifactWord(artifact).replace(/@[^@]*$/, ''),
    version: artifact.digest,
    purl: artifactPurl(artifact),
    components: [...inside.values()],
  };
}

function refOf({ artifact, componentId }: FindingRow): string {
  return `artifact-${artifact.id}-package-${componentId}`;
}

/** Source: CycloneDX 1.6, `vulnerability`. */
function toVulnerability(finding: FindingRow): object {
  const { cve, severity, fixedIn, firstSeen, triage } = finding;
  return {
    id: cve,
    ratings: [{ severity: severity === 'negligible' ? 'info' : severity }],
    ...(fixedIn.length === 0 ? {} : { recommendation: `Upgrade to ${fixedIn.join(' or ')}.` }),
    ...(firstSeen === null ? {} : { properties: [{ name: 'assay:firstSeen', value: firstSeen.toISOString() }] }),
    ...(triage === null
      ? {}
      : {
          analysis: {
            state: triage.state,
            ...(triage.justification === '' ? {} : { justification: triage.justification }),
            ...(triage.responses.length === 0 ? {} : { response: triage.responses }),
            ...(triage.comments === '' ? {} : { detail: triage.comments }),
          },
        }),
    affects: [{ ref: refOf(finding) }],
  };
}
