import type { Analysis } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { toCycloneDxAnalysis } from './to-cyclonedx-analysis.ts';

describe('an analysis in the words of CycloneDX', () => {
  const cases: readonly (readonly [what: string, given: Analysis, then: Analysis])[] = [
    [
      'stays when it has them',
      { state: 'resolved', justification: 'code_not_present', responses: ['update'], detail: 'd' },
      { state: 'resolved', justification: 'code_not_present', responses: ['update'], detail: 'd' },
    ],
    ['turns affected', { state: 'affected' }, { state: 'exploitable' }],
    ['turns fixed', { state: 'fixed' }, { state: 'resolved' }],
    ['turns under investigation', { state: 'under_investigation' }, { state: 'in_triage' }],
    [
      'turns a justification',
      { state: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' },
      { state: 'not_affected', justification: 'code_not_reachable' },
    ],
    [
      'keeps what has no word there',
      { state: 'not_affected', justification: 'vulnerable_code_cannot_be_controlled_by_adversary', detail: 'd' },
      { state: 'not_affected', detail: 'vulnerable_code_cannot_be_controlled_by_adversary: d' },
    ],
    ['does not invent a state', { state: 'constructor' }, { state: 'in_triage', detail: 'constructor' }],
  ];
  for (const [what, given, then] of cases) it(what, () => expect(toCycloneDxAnalysis(given)).toEqual(then));
});
