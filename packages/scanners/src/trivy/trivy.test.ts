import type { ScanRequest, Target } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { trivy } from './trivy.ts';

const request = (target: Target, more: Partial<ScanRequest> = {}): ScanRequest => ({
  target,
  scanner: 'trivy',
  offline: false,
  ...more,
});
const argumentsFor = (target: Target, more: Partial<ScanRequest> = {}) =>
  trivy.plan(request(target, more)).args.join(' ');

describe('the plan for Trivy', () => {
  // Trivy documentation, CLI reference of `trivy image`, `trivy filesystem` and `trivy sbom`.
  const cases: readonly (readonly [target: Target, words: string])[] = [
    [
      { kind: 'registry', reference: 'alpine:3' },
      'image --format cyclonedx --scanners vuln --image-src remote alpine:3',
    ],
    [{ kind: 'oci-layout', path: 'images/x' }, 'image --format cyclonedx --scanners vuln --input ./images/x'],
    [
      { kind: 'oci-layout', path: 'images/x', selector: ':v1' },
      'image --format cyclonedx --scanners vuln --input ./images/x:v1',
    ],
    [{ kind: 'archive', path: '/tmp/x.tar' }, 'image --format cyclonedx --scanners vuln --input /tmp/x.tar'],
    [{ kind: 'directory', path: '-x' }, 'fs --format cyclonedx --scanners vuln ./-x'],
    [{ kind: 'sbom', path: 'bom.json' }, 'sbom --format cyclonedx ./bom.json'],
  ];
  for (const [target, words] of cases) it(`of ${words}`, () => expect(argumentsFor(target)).toBe(words));

  it('names the platform for images only', () => {
    const platform = 'linux/arm64';
    expect(argumentsFor({ kind: 'registry', reference: 'a' }, { platform })).toContain(' --platform linux/arm64 ');
    expect(argumentsFor({ kind: 'directory', path: 'a' }, { platform })).not.toContain('--platform');
  });

  it('cannot choose one image of an archive', () => {
    const target: Target = { kind: 'archive', path: 'x.tar', selector: ':app:1' };
    expect(() => argumentsFor(target)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it('asks for vulnerabilities where the command has no option for it, and never fails for findings', () => {
    const { env } = trivy.plan(request({ kind: 'sbom', path: 'a' }));
    expect(env).toMatchObject({ TRIVY_SCANNERS: 'vuln', TRIVY_EXIT_CODE: '0' });
    expect(env).not.toHaveProperty('TRIVY_SKIP_DB_UPDATE');
  });

  it('stays off the network when asked', () => {
    expect(trivy.plan(request({ kind: 'directory', path: 'a' }, { offline: true })).env).toMatchObject({
      TRIVY_OFFLINE_SCAN: 'true',
      TRIVY_SKIP_DB_UPDATE: 'true',
      TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
    });
  });
});
