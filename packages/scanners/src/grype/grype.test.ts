import type { Finding, Rating, ScanRequest, Target } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { grype } from './grype.ts';
import { inOurWords } from './in-our-words.ts';

const request = (target: Target, more: Partial<ScanRequest> = {}): ScanRequest => ({
  target,
  scanner: 'grype',
  offline: false,
  ...more,
});
const argumentsFor = (target: Target, more: Partial<ScanRequest> = {}) =>
  grype.plan(request(target, more)).args.join(' ');

describe('the plan for Grype', () => {
  // Grype 0.120, `grype --help`: "You can also explicitly specify the scheme to use".
  const cases: readonly (readonly [target: Target, words: string])[] = [
    [{ kind: 'registry', reference: 'alpine:3' }, 'registry:alpine:3 --output cyclonedx-json'],
    [{ kind: 'oci-layout', path: 'images/x' }, 'oci-dir:./images/x --output cyclonedx-json'],
    [{ kind: 'archive', path: '/tmp/x.tar' }, '/tmp/x.tar --output cyclonedx-json'],
    [{ kind: 'directory', path: '-x' }, 'dir:./-x --output cyclonedx-json'],
    [{ kind: 'sbom', path: '../bom.json' }, 'sbom:../bom.json --output cyclonedx-json'],
  ];
  for (const [target, words] of cases) it(`of ${target.kind}`, () => expect(argumentsFor(target)).toBe(words));

  it('names the platform for images only', () => {
    const platform = 'linux/arm64';
    expect(argumentsFor({ kind: 'registry', reference: 'a' }, { platform })).toMatch(/ --platform linux\/arm64$/);
    expect(argumentsFor({ kind: 'directory', path: 'a' }, { platform })).not.toContain('--platform');
  });

  it('cannot choose one image of several', () => {
    const target: Target = { kind: 'oci-layout', path: 'x', selector: ':v1' };
    expect(() => argumentsFor(target)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it('stays off the network when asked, and never asks for a newer Grype', () => {
    const target: Target = { kind: 'directory', path: 'a' };
    expect(grype.plan(request(target)).env).toEqual({ GRYPE_CHECK_FOR_APP_UPDATE: 'false' });
    expect(grype.plan(request(target, { offline: true })).env).toEqual({
      GRYPE_CHECK_FOR_APP_UPDATE: 'false',
      GRYPE_DB_AUTO_UPDATE: 'false',
      GRYPE_DB_VALIDATE_AGE: 'false',
      GRYPE_EXTERNAL_SOURCES_ENABLE: 'false',
    });
  });
});

const finding = (parts: Partial<Finding>): Finding => ({
  id: 'CVE-2023-44487',
  aliases: [],
  package: { ref: 'r', name: 'nginx', version: '1', locations: [] },
  severity: 'high',
  severitySource: 'debian-distro-debian-12 (other)',
  ratings: [],
  fixState: 'unknown',
  fixedIn: [],
  evidence: [],
  urls: [],
  cwes: [],
  ...parts,
});
const rating = (parts: Partial<Rating>): Rating => ({
  source: 'debian-distro-debian-12',
  method: 'other',
  severity: 'high',
  ...parts,
});

describe('what Grype says', () => {
  // Grype 0.120, grype/presenter/cyclonedx/vulnerability.go: how it writes what CycloneDX has no words for.
  it('as a rating of KEV is an entry of KEV', () => {
    const said = inOurWords(
      finding({ ratings: [rating({}), rating({ source: 'CISA KEV Catalog', severity: 'unknown', score: 1 })] }),
    );
    expect(said.kev).toEqual({ dateAdded: '' });
    expect(said.ratings).toEqual([rating({ source: 'debian' })]);
  });

  it('as a rating of EPSS is a prediction', () => {
    const said = inOurWords(finding({ ratings: [rating({ source: 'FIRST', severity: 'unknown', score: 0.97 })] }));
    expect(said.epss).toEqual({ score: 0.97 });
    expect(said.ratings).toEqual([]);
  });

  it('as none is negligible', () => {
    const said = inOurWords(finding({ severity: 'none', ratings: [rating({ severity: 'none' })] }));
    expect([said.severity, said.ratings[0]?.severity]).toEqual(['negligible', 'negligible']);
  });

  it('twice is said once', () => {
    const twice = rating({ method: 'CVSSv31', score: 5.5, vector: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H' });
    expect(inOurWords(finding({ ratings: [twice, { ...twice }] })).ratings).toHaveLength(1);
  });

  const names: readonly (readonly [grypes: string, ours: string])[] = [
    ['debian-distro-debian-12', 'debian'],
    ['alpine-distro-alpine-3.4', 'alpine'],
    ['github-language-python', 'ghsa'],
    ['govulndb-language-go', 'govulndb'],
    ['nvd-cpe', 'nvd'],
    ['somebody-else', 'somebody-else'],
  ];
  for (const [grypes, ours] of names) {
    it(`from ${grypes} is from ${ours}`, () => {
      const said = inOurWords(finding({ severitySource: `${grypes} (other)`, ratings: [rating({ source: grypes })] }));
      expect([said.severitySource, said.ratings[0]?.source]).toEqual([`${ours} (other)`, ours]);
    });
  }

  it('without a severity stays without a source of it', () => {
    expect(inOurWords(finding({ severity: 'unknown', severitySource: '' })).severitySource).toBe('');
  });
});
