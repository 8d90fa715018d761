import { AssayError } from '@assay/contract';

/** CycloneDX VEX states. Source: CycloneDX 1.4, `impactAnalysisState`. */
export const analysisStates = [
  'resolved',
  'resolved_with_pedigree',
  'exploitable',
  'in_triage',
  'false_positive',
  'not_affected',
] as const;
export type AnalysisState = (typeof analysisStates)[number];

/** Source: CycloneDX 1.4, `impactAnalysisJustification`. */
export const analysisJustifications = [
  'code_not_present',
  'code_not_reachable',
  'requires_configuration',
  'requires_dependency',
  'requires_environment',
  'protected_by_compiler',
  'protected_at_runtime',
  'protected_at_perimeter',
  'protected_by_mitigating_control',
] as const;
export type AnalysisJustification = (typeof analysisJustifications)[number];

/** Source: CycloneDX 1.4, `analysis.response`. */
export const analysisResponses = ['can_not_fix', 'will_not_fix', 'update', 'rollback', 'workaround_available'] as const;
export type AnalysisResponse = (typeof analysisResponses)[number];

/** One entry of the trail of an analysis. */
export interface AnalysisFinding {
  readonly state: AnalysisState;
  /** `''` when there is none. */
  readonly justification: AnalysisJustification | '';
  readonly responses: readonly AnalysisResponse[];
  readonly comments: string;
  readonly createdBy: string;
}

/** What nobody has looked at yet. */
export const untriaged: AnalysisFinding = {
  state: 'in_triage',
  justification: '',
  responses: [],
  comments: '',
  createdBy: '',
};

/** Refuses what contradicts itself. Source: spec/store.md §3.8. Throws REQUEST_INVALID. */
export function checkFinding(finding: AnalysisFinding): void {
  if (finding.state === 'not_affected' && finding.justification === '')
    throw new AssayError('REQUEST_INVALID', 'the state not_affected needs a justification', {
      hint: `Give one of: ${analysisJustifications.join(', ')}.`,
    });
}
