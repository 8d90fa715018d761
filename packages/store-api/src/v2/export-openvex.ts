import { randomUUID } from 'node:crypto';
import type { FindingRow, FindingTriage } from '@assay/store';
import { artifactPurl, packagePurl } from './artifact-words.ts';

/** States of CycloneDX in the words of OpenVEX. Source: OpenVEX specification 0.2.0, "Status Labels". */
const statuses: Readonly<Record<string, string>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};

/** Justifications likewise; the original word stays in `status_notes`. Source: OpenVEX 0.2.0, "Status Justifications". */
const justifications: Readonly<Record<string, string>> = {
  code_not_present: 'vulnerable_code_not_present',
  code_not_reachable: 'vulnerable_code_not_in_execute_path',
  requires_configuration: 'vulnerable_code_cannot_be_controlled_by_adversary',
  requires_dependency: 'vulnerable_code_not_in_execute_path',
  requires_environment: 'vulnerable_code_cannot_be_controlled_by_adversary',
  protected_by_compiler: 'inline_mitigations_already_exist',
  protected_at_runtime: 'inline_mitigations_already_exist',
  protected_at_perimeter: 'inline_mitigations_already_exist',
  protected_by_mitigating_control: 'inline_mitigations_already_exist',
};

/** OpenVEX 0.2.0: a statement for each finding with a decision. */
export async function* toOpenVex(findings: AsyncIterable<FindingRow>, now: Date): AsyncGenerator<string> {
  const head = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://openvex.dev/docs/assay/${randomUUID()}`,
    ...{ author: 'assay store', timestamp: now.toISOString(), version: 1 },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"statements":[`;
  let glue = '';
  for await (const finding of findings) {
    if (finding.triage === null) continue;
    yield `${glue}\n${JSON.stringify(toStatement(finding, finding.triage))}`;
    glue = ',';
  }
  yield '\n]}\n';
}

function toStatement(finding: FindingRow, triage: FindingTriage): object {
  const status = statuses[triage.state] ?? 'under_investigation';
  const notes = [triage.state, triage.justification, triage.comments].filter((part) => part !== '').join(': ');
  return {
    vulnerability: { name: finding.cve },
    timestamp: triage.at.toISOString(),
    products: [{ '@id': artifactPurl(finding.artifact), subcomponents: [{ '@id': packagePurl(finding) }] }],
    status,
    ...reasonOf(status, triage),
    status_notes: notes,
  };
}

/** `not_affected` needs a justification or a text, `affected` needs to say what to do. */
function reasonOf(status: string, { state, justification, responses, comments }: FindingTriage): object {
  if (status === 'not_affected') {
    const word = justifications[justification];
    return word === undefined ? { impact_statement: comments === '' ? state : comments } : { justification: word };
  }
  if (status !== 'affected') return {};
  const action = [responses.join(', '), comments].filter((part) => part !== '').join(': ');
  return { action_statement: action === '' ? 'Nothing has been decided yet.' : action };
}
