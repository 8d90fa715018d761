import { describe, expect, it } from 'vitest';
import type { XmlElement } from './element.ts';
import { streamElements } from './stream-elements.ts';

function build(xml: string | Uint8Array): XmlElement {
  let root: XmlElement | undefined;
  streamElements(typeof xml === 'string' ? Buffer.from(xml) : xml, {
    choose: () => 'build',
    built: (element) => {
      root = element;
    },
  });
  if (root === undefined) throw new Error('nothing was built');
  return root;
}

const fails = (code: string) => expect.objectContaining({ code });

describe('XML', () => {
  it('resolves prefixes where they are declared', () => {
    const root = build('<a:r xmlns:a="urn:1"><x xmlns="urn:2"><a:y xmlns:a="urn:3"/><a:z/></x><w/></a:r>');
    const [x, w] = root.children;
    expect([root, x, ...(x?.children ?? []), w].map((one) => [one?.namespace, one?.name])).toEqual([
      ['urn:1', 'r'],
      ['urn:2', 'x'],
      ['urn:3', 'y'],
      ['urn:1', 'z'],
      ['', 'w'],
    ]);
  });

  it('lets an empty prefix declaration pass until it is used', () => {
    // grype#288: real documents carry xmlns:bd="".
    expect(build('<r xmlns:bd=""/>').name).toBe('r');
    expect(() => build('<r xmlns:bd=""><bd:x/></r>')).toThrow(fails('SBOM_INVALID'));
  });

  it('reads character references, CDATA and the five entities', () => {
    expect(build('<r> &lt;&#x41;&amp;<![CDATA[<b>]]>&gt; </r>').text).toBe('<A&<b>>');
  });

  it.each([
    '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
    '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
    '<?xml version="1.0"?><!-- c --><!DOCTYPE html><r/>',
  ])('refuses a DOCTYPE: %s', (xml) => {
    expect(() => build(xml)).toThrow(fails('SBOM_INVALID'));
  });

  it.each([
    '<r>&a;</r>',
    '<r a="&b;"/>',
    '<r>&#0;</r>',
    '<a><b></a></b>',
    '<a>',
    '<a/><b/>',
    'x<a/>',
    '<a b="<"/>',
    '<a b="1" b="2"/>',
  ])('refuses what is not well formed: %s', (xml) => {
    expect(() => build(xml)).toThrow(fails('SBOM_INVALID'));
  });

  it('refuses 200 000 levels at once', () => {
    const begin = performance.now();
    expect(() => build('<a>'.repeat(200_000))).toThrow(fails('LIMIT_EXCEEDED'));
    expect(performance.now() - begin).toBeLessThan(500);
  });

  it('counts levels that are skipped, too', () => {
    const xml = Buffer.from('<a>'.repeat(200_000));
    const handler = { choose: () => 'skip' as const, built: () => {} };
    expect(() => streamElements(xml, handler)).toThrow(fails('LIMIT_EXCEEDED'));
  });

  it('reads the encodings that documents declare', () => {
    // Source: XML 1.0, appendix F.
    const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?><r>é</r>`;
    const utf16 = Buffer.from(declared('UTF-16'), 'utf16le');
    const bigEndian = Buffer.from(utf16).swap16();
    const inputs: Uint8Array[] = [
      Buffer.from(declared('UTF-8')),
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(declared('UTF-8'))]),
      Buffer.from(declared('ISO-8859-1'), 'latin1'),
      Buffer.from(declared('windows-1252'), 'latin1'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian]),
      utf16,
    ];
    expect(inputs.map((input) => build(input).text)).toEqual(inputs.map(() => 'é'));
  });

  it('refuses encodings nobody knows, and bytes that are not of the declared one', () => {
    expect(() => build('<?xml version="1.0" encoding="klingon"?><r/>')).toThrow(fails('SBOM_INVALID'));
    expect(() => build(Buffer.concat([Buffer.from('<r>'), Buffer.from([0xff]), Buffer.from('</r>')]))).toThrow(
      fails('SBOM_INVALID'),
    );
  });
});
