import { describe, expect, it } from 'vitest';
import { detectFormat } from './detect-format.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const cycloneDx = '{"bomFormat":"CycloneDX","specVersion":"1.6"}';
const spdx = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}';

describe('the format of a document', () => {
  it.each([
    [cycloneDx, 'cyclonedx-json'],
    [`\n\t ${cycloneDx}\n`, 'cyclonedx-json'],
    [`\ufeff${cycloneDx}`, 'cyclonedx-json'],
    ['{"specVersion":"1.5","components":[]}', 'cyclonedx-json'],
    [spdx, 'spdx-json'],
    // Trap 14: GitHub's dependency graph export wraps the document.
    [`{"sbom":${spdx}}`, 'spdx-json'],
    ['{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}', 'spdx-3'],
    ['{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","type":"SpdxDocument"}', 'spdx-3'],
    ['SPDXVersion: SPDX-2.3\n', 'spdx-tag-value'],
    ['# made by hand\r\n\r\n  # twice\n SPDXVersion:SPDX-2.2\n', 'spdx-tag-value'],
    ['<?xml version="1.0"?><!-- x --><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>', 'xml'],
    [
      `{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom","predicate":${cycloneDx}}`,
      'cyclonedx-json',
    ],
    [
      `{"predicateType":"cosign.sigstore.dev/attestation/v1","predicate":{"Data":${JSON.stringify(spdx)},"Timestamp":""}}`,
      'spdx-json',
    ],
    [
      `{"payloadType":"application/vnd.in-toto+json","payload":"${Buffer.from(`{"predicate":${cycloneDx}}`).toString('base64')}","signatures":[]}`,
      'cyclonedx-json',
    ],
  ])('is found by content: %.70s', (text, format) => {
    expect(detectFormat(bytes(text)).is).toBe(format);
  });

  it('is found in UTF-16 with its mark', () => {
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(cycloneDx, 'utf16le')]);
    const big = Buffer.from(little).swap16();
    expect([detectFormat(little).is, detectFormat(big).is]).toEqual(['cyclonedx-json', 'cyclonedx-json']);
  });

  it.each([
    '',
    '   ',
    'hello',
    '{}',
    '{"a":1}',
    '{"bomFormat":"Other"}',
    '{"sbom":{}}',
    '[]',
    'SPDX',
    '{"predicate":"x"}',
  ])('is unknown for %j', (text) => {
    expect(() => detectFormat(bytes(text))).toThrow(expect.objectContaining({ code: 'SBOM_UNKNOWN' }));
  });

  it('opens envelopes only so deep', () => {
    const text = `${'{"predicate":'.repeat(7)}${cycloneDx}${'}'.repeat(7)}`;
    expect(() => detectFormat(bytes(text))).toThrow(expect.objectContaining({ code: 'SBOM_UNKNOWN' }));
  });
});

describe('an empty JSON object', () => {
  it('is said to be empty, in a whole sentence', () => {
    expect(() => detectFormat(bytes('{}'))).toThrow(
      expect.objectContaining({ code: 'SBOM_UNKNOWN', message: expect.stringMatching(/the JSON object is empty$/) }),
    );
  });
});
