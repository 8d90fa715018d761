import { describe, expect, it } from 'vitest';
import { aPackage, applied, debianPurl, found, inventoryOf } from './a-scan.ts';
import { applyVex } from './apply-vex.ts';
import { parseVex } from './vex-document.ts';

/** Shapes are those of CycloneDX 1.4, "vulnerabilities", and of its VEX use cases. */
const cycloneDx = (vulnerability: object, more: object = {}) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  vulnerabilities: [{ id: 'CVE-2023-5678', ...vulnerability }],
  ...more,
});

describe('a CycloneDX analysis', () => {
  // CycloneDX 1.6, impactAnalysisState.
  const states: readonly (readonly [state: string, letGo: boolean])[] = [
    ['resolved', true],
    ['resolved_with_pedigree', true],
    ['false_positive', true],
    ['not_affected', true],
    ['exploitable', false],
    ['in_triage', false],
  ];
  for (const [state, letGo] of states) {
    it(`of state ${state} ${letGo ? 'lets the finding go' : 'only annotates it'}`, () => {
      const finding = applied(cycloneDx({ analysis: { state }, affects: [{ ref: debianPurl }] }));
      expect(finding?.suppressed !== undefined).toBe(letGo);
      expect(finding?.analysis?.state).toBe(state);
    });
  }

  const analysis = {
    state: 'not_affected',
    justification: 'code_not_reachable',
    response: ['will_not_fix'],
    detail: 'd',
  };

  it('carries justification, responses and detail', () => {
    const finding = applied(cycloneDx({ analysis, affects: [{ ref: debianPurl }] }));
    expect(finding?.analysis).toEqual({
      state: 'not_affected',
      justification: 'code_not_reachable',
      responses: ['will_not_fix'],
      detail: 'd',
    });
    expect(finding?.suppressed?.reason).toBe('not_affected: code_not_reachable');
  });

  const serial = '3e671687-395b-41f5-a30f-a58921a69b79';
  const refs: readonly (readonly [what: string, document: object, fits: boolean])[] = [
    ['a package URL', cycloneDx({ analysis, affects: [{ ref: 'pkg:deb/debian/libssl3' }] }), true],
    [
      'a BOM-Link with a package URL',
      cycloneDx({ analysis, affects: [{ ref: `urn:cdx:${serial.replace('3', '4')}/1#pkg:deb/debian/libssl3` }] }),
      true,
    ],
    [
      'a BOM-Link to the scanned document',
      cycloneDx({ analysis, affects: [{ ref: `urn:cdx:${serial}/1#libssl3` }] }),
      true,
    ],
    [
      'a BOM-Link to another document',
      cycloneDx({ analysis, affects: [{ ref: `urn:cdx:${serial.replace('3', '4')}/1#libssl3` }] }),
      false,
    ],
    ['the reference in the scanned document', cycloneDx({ analysis, affects: [{ ref: 'libssl3' }] }), true],
    [
      'a component of its own with that package URL',
      cycloneDx(
        { analysis, affects: [{ ref: 'x' }] },
        { components: [{ 'bom-ref': 'x', name: 'n', purl: debianPurl }] },
      ),
      true,
    ],
    [
      'a nested component of its own',
      cycloneDx(
        { analysis, affects: [{ ref: 'x' }] },
        { components: [{ name: 'o', components: [{ 'bom-ref': 'x', name: 'n', purl: debianPurl }] }] },
      ),
      true,
    ],
    [
      'a component of its own that happens to have the same reference',
      cycloneDx(
        { analysis, affects: [{ ref: 'libssl3' }] },
        { components: [{ 'bom-ref': 'libssl3', name: 'n', purl: 'pkg:npm/n@1' }] },
      ),
      false,
    ],
    [
      'a component of its own with name and version only',
      cycloneDx(
        { analysis, affects: [{ ref: '1' }] },
        { components: [{ 'bom-ref': '1', name: 'libssl3', version: '3.0.11-1' }] },
      ),
      true,
    ],
    [
      'a component of its own with the name only',
      cycloneDx({ analysis, affects: [{ ref: '1' }] }, { components: [{ 'bom-ref': '1', name: 'libssl3' }] }),
      false,
    ],
    [
      'the same document, by its own reference',
      cycloneDx(
        { analysis, affects: [{ ref: 'libssl3' }] },
        { serialNumber: `urn:uuid:${serial}`, components: [{ 'bom-ref': 'libssl3', name: 'n' }] },
      ),
      true,
    ],
    [
      'the scanned thing as the subject of the document',
      cycloneDx(
        { analysis, affects: [{ ref: 'root' }] },
        { metadata: { component: { 'bom-ref': 'root', name: 'registry.example/team/app:1.2' } } },
      ),
      true,
    ],
    ['another package URL', cycloneDx({ analysis, affects: [{ ref: 'pkg:deb/debian/zlib1g' }] }), false],
  ];
  const installed = aPackage('libssl3', { name: 'libssl3', version: '3.0.11-1', purl: debianPurl });
  for (const [what, document, fits] of refs) {
    it(`${fits ? 'fits by' : 'does not fit by'} ${what}`, () => {
      const finding = applied(document, found(), inventoryOf([installed]), `urn:uuid:${serial}`);
      expect(finding?.suppressed !== undefined).toBe(fits);
    });
  }

  it('speaks of the versions it names', () => {
    const about = (versions: readonly object[]) =>
      applied(cycloneDx({ analysis, affects: [{ ref: 'pkg:deb/debian/libssl3', versions }] }));
    expect(about([{ version: '3.0.11-1', status: 'unaffected' }])?.suppressed).toBeDefined();
    expect(about([{ version: '3.0.12-1', status: 'unaffected' }])?.suppressed).toBeUndefined();
    expect(about([{ version: '3.0.11-1', status: 'affected' }])?.suppressed).toBeUndefined();
    // A version without a status is affected: CycloneDX 1.4 and later, `affects.versions.status`.
    expect(about([{ version: '3.0.11-1' }])?.suppressed).toBeUndefined();
  });

  it('with a range of versions is rejected, for a wrong guess would hide what is there', () => {
    const versions = [{ range: 'vers:deb/<3.0.12', status: 'unaffected' }];
    const document = parseVex(cycloneDx({ analysis, affects: [{ ref: debianPurl, versions }] }), 'vex.json');
    expect(document.statements).toEqual([]);
    expect(document.rejected).toHaveLength(1);
  });

  it('that is missing states nothing', () => {
    const document = parseVex(cycloneDx({ affects: [{ ref: debianPurl }] }), 'vex.json');
    expect([document.statements, document.rejected]).toEqual([[], []]);
  });

  it('is later when it was updated later', () => {
    const one = (state: string, lastUpdated: string) =>
      parseVex(cycloneDx({ analysis: { state, lastUpdated }, affects: [{ ref: debianPurl }] }), state);
    const documents = [one('exploitable', '2026-06-01T00:00:00Z'), one('not_affected', '2026-05-01T00:00:00Z')];
    expect(applyVex([found()], inventoryOf(), documents).findings[0]?.analysis?.state).toBe('exploitable');
  });

  const bad: readonly (readonly [why: string, vulnerability: object])[] = [
    ['an unknown state', { analysis: { state: 'fine' }, affects: [{ ref: 'x' }] }],
    ['no state', { analysis: {}, affects: [{ ref: 'x' }] }],
    ['nothing it is about', { analysis }],
    ['an affected thing without reference', { analysis, affects: [{}] }],
  ];
  for (const [why, vulnerability] of bad) {
    it(`with ${why} is counted as rejected`, () => {
      const document = parseVex(cycloneDx(vulnerability), 'vex.json');
      expect([document.statements.length, document.rejected.length]).toEqual([0, 1]);
    });
  }
});
