import type { Analysis } from '@assay/contract';

/** OpenVEX states in the words of CycloneDX. Sources: OpenVEX specification 0.2.0 "Status Labels"; CycloneDX 1.6 `impactAnalysisState`. */
const states: Readonly<Record<string, string>> = {
  affected: 'exploitable',
  fixed: 'resolved',
  under_investigation: 'in_triage',
};

/** OpenVEX justifications with a CycloneDX word of the same meaning; the others have none. */
const justifications: Readonly<Record<string, string>> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
};

/** CycloneDX 1.4–1.7, `impactAnalysisState` and `impactAnalysisJustification`. */
const knownStates: ReadonlySet<string> = new Set([
  'resolved',
  'resolved_with_pedigree',
  'exploitable',
  'in_triage',
  'false_positive',
  'not_affected',
]);
const knownJustifications: ReadonlySet<string> = new Set([
  'code_not_present',
  'code_not_reachable',
  'requires_configuration',
  'requires_dependency',
  'requires_environment',
  'protected_by_compiler',
  'protected_at_runtime',
  'protected_at_perimeter',
  'protected_by_mitigating_control',
]);

/** An analysis in the words of CycloneDX. What has no word there is kept in `detail`: a document with other words would be invalid. */
export function toCycloneDxAnalysis(analysis: Analysis): Analysis {
  const { responses } = analysis;
  const state = wordFor(analysis.state, states);
  const justification =
    analysis.justification === undefined ? undefined : wordFor(analysis.justification, justifications);
  const isState = knownStates.has(state);
  const isJustification = justification !== undefined && knownJustifications.has(justification);
  const lost = [isState ? undefined : state, isJustification ? undefined : justification, analysis.detail];
  const detail = lost.filter((one) => one !== undefined && one !== '').join(': ');
  return {
    state: isState ? state : 'in_triage',
    ...(isJustification ? { justification } : {}),
    ...(responses === undefined ? {} : { responses }),
    ...(detail === '' ? {} : { detail }),
  };
}

function wordFor(word: string, words: Readonly<Record<string, string>>): string {
  return Object.hasOwn(words, word) ? (words[word] ?? word) : word;
}
