import { describe, expect, it } from 'vitest';
import { aPackage, applied, debianPurl, digest, found, image, inventoryOf, other } from './a-scan.ts';
import { applyVex } from './apply-vex.ts';
import { parseVex } from './vex-document.ts';

/** Shapes are those of the examples in the OpenVEX specification 0.2.0. */
const openVex = (statements: readonly object[], more: object = {}) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.org/vex/1',
  author: 'Ann',
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements,
  ...more,
});
const notAffected = (product: unknown, more: object = {}) => ({
  vulnerability: { name: 'CVE-2023-5678' },
  products: [product],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
  ...more,
});
const isLetGo = (product: unknown, more: object = {}, finding = found(), inventory = inventoryOf()) =>
  applied(openVex([notAffected(product, more)]), finding, inventory)?.suppressed !== undefined;

describe('an OpenVEX statement', () => {
  // OpenVEX specification 0.2.0, "Status Labels".
  const statuses: readonly (readonly [status: string, letGo: boolean])[] = [
    ['not_affected', true],
    ['fixed', true],
    ['affected', false],
    ['under_investigation', false],
  ];
  for (const [status, letGo] of statuses) {
    it(`of status ${status} ${letGo ? 'lets the finding go' : 'only annotates it'}`, () => {
      const finding = applied(openVex([{ ...notAffected({ '@id': debianPurl }), status }]));
      expect(finding?.suppressed !== undefined).toBe(letGo);
      expect(finding?.analysis?.state).toBe(status);
    });
  }

  it('gives reason, file and detail', () => {
    const finding = applied(openVex([notAffected({ '@id': debianPurl }, { impact_statement: 'never called' })]));
    expect(finding?.suppressed).toEqual({
      by: 'vex',
      reason: 'not_affected: vulnerable_code_not_in_execute_path',
      source: 'vex.json',
    });
    expect(finding?.analysis?.detail).toBe('never called');
  });

  const products: readonly (readonly [what: string, product: unknown, fits: boolean])[] = [
    ['the same package URL', { '@id': debianPurl }, true],
    ['a package URL without qualifiers', { '@id': 'pkg:deb/debian/libssl3@3.0.11-1' }, true],
    ['a package URL without version', { '@id': 'pkg:deb/debian/libssl3' }, true],
    ['a package URL with some of the qualifiers', { '@id': 'pkg:deb/debian/libssl3?arch=amd64' }, true],
    ['a package URL under identifiers', { '@id': 'https://example.org/x', identifiers: { purl: debianPurl } }, true],
    ['a plain text, as 0.0.x wrote it', 'pkg:deb/debian/libssl3', true],
    ['a package URL of another version', { '@id': 'pkg:deb/debian/libssl3@3.0.12-1' }, false],
    ['a package URL of a version that starts alike', { '@id': 'pkg:deb/debian/libssl3@3.0.11' }, false],
    ['a package URL of another architecture', { '@id': 'pkg:deb/debian/libssl3?arch=arm64' }, false],
    ['a package URL with a qualifier nobody found', { '@id': 'pkg:deb/debian/libssl3?vendor=x' }, false],
    ['another distribution', { '@id': 'pkg:deb/ubuntu/libssl3' }, false],
    ['another type', { '@id': 'pkg:apk/debian/libssl3' }, false],
    ['the image by digest', { '@id': `pkg:oci/app@sha256%3A${'1'.repeat(64)}` }, true],
    [
      'the image by digest and repository',
      { '@id': `pkg:oci/app@${digest}?repository_url=registry.example/team/app` },
      true,
    ],
    ['another digest of the image', { '@id': `pkg:oci/app@${other}` }, false],
    ['the image by repository', { '@id': 'pkg:oci/app?repository_url=registry.example/team/app' }, true],
    ['the image by repository folder', { '@id': 'pkg:oci/app?repository_url=registry.example/team' }, true],
    ['another repository', { '@id': 'pkg:oci/app?repository_url=registry.example/them/app' }, false],
    ['the image by tag', { '@id': 'pkg:oci/app?tag=1.2' }, true],
    ['another tag', { '@id': 'pkg:oci/app?tag=1.3' }, false],
    ['another architecture of the image', { '@id': 'pkg:oci/app?arch=arm64' }, false],
    ['the image as people write it', { '@id': 'registry.example/team/app:1.2' }, true],
    ['the image without its tag', { '@id': 'registry.example/team/app' }, true],
    ['the digest alone', { '@id': digest }, true],
    ['the hash of the image', { '@id': 'https://example.org/app', hashes: { 'sha-256': '1'.repeat(64) } }, true],
    ['another hash', { '@id': 'https://example.org/app', hashes: { 'sha-256': '2'.repeat(64) } }, false],
  ];
  for (const [what, product, fits] of products) {
    it(`${fits ? 'fits by' : 'does not fit by'} ${what}`, () => expect(isLetGo(product)).toBe(fits));
  }

  it('understands the short names of Docker Hub', () => {
    const hub = inventoryOf([], { ...image, name: 'docker.io/library/redis:7' });
    expect(isLetGo({ '@id': 'pkg:docker/redis@7' }, {}, found(), hub)).toBe(true);
    expect(isLetGo({ '@id': 'pkg:oci/redis?repository_url=index.docker.io/library/redis' }, {}, found(), hub)).toBe(
      true,
    );
    expect(isLetGo({ '@id': 'redis' }, {}, found(), hub)).toBe(true);
    expect(isLetGo({ '@id': 'pkg:docker/team/redis@7' }, {}, found(), hub)).toBe(false);
  });

  it('about a part of the image speaks of that part only', () => {
    const product = (part: string) => ({ '@id': 'pkg:oci/app', subcomponents: [{ '@id': part }] });
    expect(isLetGo(product('pkg:deb/debian/libssl3'))).toBe(true);
    expect(isLetGo(product('pkg:deb/debian/libssl3@3.0.11-1'))).toBe(true);
    expect(isLetGo(product('pkg:deb/debian/zlib1g'))).toBe(false);
  });

  it('about a part of another product says nothing here', () => {
    expect(isLetGo({ '@id': 'pkg:oci/elsewhere', subcomponents: [{ '@id': 'pkg:deb/debian/libssl3' }] })).toBe(false);
  });

  it('with a part that cannot be read does not widen to the whole product', () => {
    const document = parseVex(openVex([notAffected({ '@id': 'pkg:oci/app', subcomponents: [{}] })]), 'vex.json');
    expect(document.statements).toEqual([]);
    expect(document.rejected).toHaveLength(1);
  });

  it('about a part of a package holds only where nothing else needs the part', () => {
    const part = found('pkg:npm/leaf@1', 'leaf');
    const statement = notAffected({ '@id': 'pkg:npm/app', subcomponents: [{ '@id': 'pkg:npm/leaf' }] });
    const app = aPackage('app', { purl: 'pkg:npm/app@1', dependsOn: ['middle'] });
    const middle = aPackage('middle', { purl: 'pkg:npm/middle@1', dependsOn: ['leaf'] });
    const leaf = aPackage('leaf', { purl: 'pkg:npm/leaf@1' });
    const second = aPackage('second', { purl: 'pkg:npm/second@1', dependsOn: ['leaf'] });
    expect(applied(openVex([statement]), part, inventoryOf([app, middle, leaf]))?.suppressed).toBeDefined();
    expect(applied(openVex([statement]), part, inventoryOf([app, middle, leaf, second]))?.suppressed).toBeUndefined();
  });

  it('may name the vulnerability by an alias or as a text', () => {
    expect(isLetGo(debianPurl, { vulnerability: { name: 'X-1', aliases: ['cve-2023-5678'] } })).toBe(true);
    expect(isLetGo(debianPurl, { vulnerability: 'DSA-5678-1' })).toBe(true);
    expect(isLetGo(debianPurl, { vulnerability: { '@id': 'https://nvd.nist.gov/vuln/detail/CVE-2023-5678' } })).toBe(
      true,
    );
    expect(isLetGo(debianPurl, { vulnerability: { name: 'CVE-2023-567' } })).toBe(false);
  });
});

describe('several statements', () => {
  const at = (timestamp: string | undefined, status: string, product: unknown = { '@id': debianPurl }) => ({
    ...notAffected(product),
    status,
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  const state = (...documents: readonly object[]) =>
    applyVex(
      [found()],
      inventoryOf(),
      documents.map((one, index) => parseVex(one, `${index}.json`)),
    ).findings[0];

  it('leave the latest to count, in whatever order they stand', () => {
    const early = at('2026-02-01T00:00:00Z', 'not_affected');
    const late = at('2026-03-01T00:00:00Z', 'affected');
    expect(state(openVex([early, late]))?.suppressed).toBeUndefined();
    expect(state(openVex([late, early]))?.suppressed).toBeUndefined();
    expect(state(openVex([late]), openVex([early]))?.analysis?.state).toBe('affected');
  });

  it('are compared as moments, not as texts', () => {
    const early = at('2026-03-01T01:00:00+02:00', 'affected');
    const late = at('2026-03-01T00:00:00Z', 'fixed');
    expect(state(openVex([late, early]))?.analysis?.state).toBe('fixed');
  });

  it('inherit the time of their document', () => {
    const old = openVex([at(undefined, 'not_affected')], { timestamp: '2025-01-01T00:00:00Z' });
    const young = openVex([at(undefined, 'affected')], { timestamp: '2026-01-01T00:00:00Z' });
    expect(state(young, old)?.analysis?.state).toBe('affected');
  });

  it('of the same moment leave the last to count', () => {
    const document = openVex([at(undefined, 'affected'), at(undefined, 'fixed')]);
    expect(state(document)?.analysis?.state).toBe('fixed');
  });

  it('of the same moment leave the last to count under different names of the vulnerability', () => {
    const byAlias = { ...at(undefined, 'affected'), vulnerability: { name: 'DSA-5678-1' } };
    expect(state(openVex([byAlias, at(undefined, 'fixed')]))?.analysis?.state).toBe('fixed');
    expect(state(openVex([at(undefined, 'fixed'), byAlias]))?.analysis?.state).toBe('affected');
  });

  it('are counted only where they fit', () => {
    const elsewhere = at('2026-05-01T00:00:00Z', 'affected', { '@id': 'pkg:deb/debian/zlib1g' });
    expect(state(openVex([at(undefined, 'fixed'), elsewhere]))?.analysis?.state).toBe('fixed');
  });
});

describe('an OpenVEX document', () => {
  it('may be the predicate of an attestation', () => {
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://openvex.dev/ns/v0.2.0',
      predicate: openVex([notAffected(debianPurl)]),
    };
    expect(parseVex(statement, 'vex.json').statements).toHaveLength(1);
  });

  it('takes what its attestation is about for the product where a statement names none', () => {
    const attested = (hex: string, products: readonly unknown[]) => ({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'registry.example/team/app', digest: { sha256: hex } }],
      predicateType: 'https://openvex.dev/ns/v0.2.0',
      predicate: openVex([{ ...notAffected(''), products }]),
    });
    expect(applied(attested('1'.repeat(64), []))?.suppressed).toBeDefined();
    expect(applied(attested('2'.repeat(64), []))?.suppressed).toBeUndefined();
    expect(applied(attested('1'.repeat(64), [{}]))?.suppressed).toBeUndefined();
    expect(applied(attested('1'.repeat(64), ['pkg:deb/debian/zlib1g']))?.suppressed).toBeUndefined();
  });

  const rejected: readonly (readonly [why: string, statement: unknown])[] = [
    ['is no object', 7],
    ['names no vulnerability', { ...notAffected(debianPurl), vulnerability: {} }],
    ['has an unknown status', { ...notAffected(debianPurl), status: 'fine' }],
    ['has no status', { ...notAffected(debianPurl), status: undefined }],
    ['has an unknown justification', { ...notAffected(debianPurl), justification: 'because' }],
    ['is not_affected without saying why', { ...notAffected(debianPurl), justification: undefined }],
    ['names no product', { ...notAffected(debianPurl), products: [] }],
  ];
  for (const [why, statement] of rejected) {
    it(`keeps count of a statement that ${why}`, () => {
      const document = parseVex(openVex([statement as object, notAffected(debianPurl)]), 'vex.json');
      expect(document.statements).toHaveLength(1);
      expect(document.rejected).toEqual([{ at: 'vex.json#/statements/0', why: expect.any(String) }]);
    });
  }

  it('with rejected statements says so', () => {
    const document = parseVex(openVex([7 as unknown as object]), 'vex.json');
    expect(applyVex([found()], inventoryOf(), [document]).notices).toEqual([
      expect.objectContaining({ code: 'ENTRIES_REJECTED', message: expect.stringContaining('1 statement') }),
    ]);
  });

  const unsound: readonly (readonly [why: string, value: unknown])[] = [
    ['is of no known format', {}],
    ['is a list', []],
    ['is of a later version', openVex([], { '@context': 'https://openvex.dev/ns/v1.0.0' })],
    ['has no statements', openVex([], { statements: undefined })],
    ['has statements that are no list', openVex([], { statements: {} })],
    ['is CycloneDX without vulnerabilities', { bomFormat: 'CycloneDX', specVersion: '1.5' }],
  ];
  for (const [why, value] of unsound) {
    it(`is refused when it ${why}`, () => {
      expect(() => parseVex(value, 'vex.json')).toThrow(expect.objectContaining({ code: 'VEX_INVALID' }));
    });
  }
});
