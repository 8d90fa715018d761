import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Inventory } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { applyVex, parseVex } from '../src/index.ts';

/**
 * The use cases of CycloneDX's VEX (CycloneDX/bom-examples, VEX/Use-Cases): each says what it is about in its own words,
 * from which the expectations were typed.
 */
describe.runIf(fixturesFor('use cases of CycloneDX VEX'))('use cases of CycloneDX VEX', () => {
  const folder = fixturesFor('use cases of CycloneDX VEX')
    ? join(fixtures('corpora'), 'CycloneDX+bom-examples/VEX')
    : '';
  const parse = (path: string) => parseVex(JSON.parse(readFileSync(join(folder, path), 'utf8')), path);

  const jackson: Finding = {
    id: 'CVE-2020-25649',
    aliases: [],
    package: {
      ref: 'jackson',
      name: 'com.fasterxml.jackson.core:jackson-databind',
      version: '2.10.0',
      purl: 'pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.10.0?type=jar',
      locations: [],
    },
    severity: 'high',
    severitySource: '',
    ratings: [],
    fixState: 'unknown',
    fixedIn: [],
    evidence: [],
    urls: [],
    cwes: [],
  };
  const product = (name: string, version?: string): Inventory => ({
    subject: { kind: 'application', name, ...(version === undefined ? {} : { version }) },
    packages: [],
    rejected: [],
    tools: [],
  });
  const acme = product('Acme Product', '2.4.0');
  const said = (path: string, inventory: Inventory, options: Parameters<typeof applyVex>[3] = {}, id = jackson.id) => {
    const [finding] = applyVex([{ ...jackson, id }], inventory, [parse(path)], options).findings;
    return [finding?.analysis?.state, finding?.suppressed !== undefined];
  };
  const serials = {
    first: { serialNumber: 'urn:uuid:2c385cf7-e1ee-46e9-a51c-13de1ecb380a', subjectRef: 'acme-product-1' },
    third: { serialNumber: 'urn:uuid:240b5b0b-917d-4f48-816c-97e1944d8079', subjectRef: 'acme-product-3' },
    other: { serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000', subjectRef: 'acme-product-1' },
  };

  it('one product, not affected, affected, in triage', () => {
    expect(said('Use-Cases/Case-1/vex.json', acme)).toEqual(['not_affected', true]);
    expect(said('Use-Cases/Case-2/vex.json', acme)).toEqual(['exploitable', false]);
    expect(said('Use-Cases/Case-3/vex.json', acme)).toEqual(['in_triage', false]);
  });

  it('another product, and another version of it, are left alone', () => {
    expect(said('Use-Cases/Case-1/vex.json', product('Other Product', '2.4.0'))).toEqual([undefined, false]);
    expect(said('Use-Cases/Case-1/vex.json', product('Acme Product', '2.5.0'))).toEqual([undefined, false]);
  });

  it('versions that are listed', () => {
    expect(said('Use-Cases/Case-10/vex.json', acme)).toEqual(['not_affected', true]);
  });

  it('ranges of versions are counted as not understood, and let nothing go', () => {
    for (const [name, rejected] of [
      ['Case-4', 1],
      ['Case-5', 2],
      ['Case-8', 3],
    ] as const) {
      expect(parse(`Use-Cases/${name}/vex.json`).rejected).toHaveLength(rejected);
      expect(said(`Use-Cases/${name}/vex.json`, acme)[1]).toBe(false);
    }
  });

  it('an analysis that says of no product is counted as not understood', () => {
    expect(parse('Use-Cases/Case-7/vex.json')).toMatchObject({ statements: [], rejected: [{}] });
  });

  it('several products by BOM-Link', () => {
    for (const name of ['Case-6', 'Case-13']) {
      expect(said(`Use-Cases/${name}/vex.json`, product('Acme Product 1'), serials.first)).toEqual([
        'not_affected',
        true,
      ]);
      expect(said(`Use-Cases/${name}/vex.json`, product('Acme Product 1'), serials.other)).toEqual([undefined, false]);
    }
    expect(said('Use-Cases/Case-13/vex.json', product('Acme Product 3'), serials.third)).toEqual([
      'exploitable',
      false,
    ]);
  });

  it('several vulnerabilities', () => {
    const older = product('Acme Product', '2.2.0');
    expect(parse('Use-Cases/Case-9/vex.json').statements).toHaveLength(19 * 3);
    expect(parse('Use-Cases/Case-11/vex.json').statements).toHaveLength(19);
    expect(said('Use-Cases/Case-11/vex.json', older, {}, 'CVE-2020-11914')).toEqual(['not_affected', true]);
    expect(said('Use-Cases/Case-12/vex.json', older, {}, 'CVE-2020-35491')).toEqual(['exploitable', false]);
    expect(said('Use-Cases/Case-12/vex.json', older, {}, 'CVE-2020-14195')).toEqual(['not_affected', true]);
  });

  it('a package by BOM-Link whose fragment is its package URL', () => {
    expect(said('vex.json', acme)).toEqual(['not_affected', true]);
  });
});
