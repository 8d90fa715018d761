import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, linesOf } from './decode-text.ts';
import { checkJsonShape } from './json-shape.ts';
import { withoutComments } from './jsonc.ts';
import { parseToml } from './toml-document.ts';
import { childText, findChild, parseXml } from './xml-element.ts';

describe('XML', () => {
  it('is elements, attributes and text; prefixes, comments and instructions do not count', () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- <a> --><m:project xmlns:m="x" a="1 &gt; 0" b=\'"\'><m:name> A &amp;\n B </m:name><e/><c><![CDATA[<x>&amp;]]></c></m:project>',
    );
    expect([root.name, root.attributes.get('a'), root.attributes.get('b')]).toEqual(['project', '1 > 0', '"']);
    expect(childText(root, 'name')).toBe('A &\n B');
    expect(childText(root, 'c')).toBe('<x>&amp;');
    expect(findChild(root, 'e')?.children).toEqual([]);
    expect(childText(root, 'e')).toBeUndefined();
  });

  it('knows the entities of XML and references to characters, no others', () => {
    expect(parseXml('<a>&lt;&#65;&#x42;&apos;&unknown;&#1114112;</a>').text).toBe("<AB'&unknown;\ufffd");
  });

  it('with a document type is read, with one of its own refused', () => {
    expect(parseXml('<!DOCTYPE html PUBLIC "x" "y"><a/>').name).toBe('a');
    expect(() => parseXml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
  });

  it.each(['', 'bogus', '<a>', '<a></b>', '<a', '<a b="', '</a>', '<a><!--', '< a/>'])(
    'that is not complete is refused: %j',
    (text) => {
      expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    },
  );

  it('too deep or too large is refused', () => {
    expect(() => parseXml('<a>'.repeat(200_000))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(() => parseXml(`<a>${'<b/>'.repeat(200_000)}</a>`)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it('made of one character costs no more than its length', () => {
    const start = performance.now();
    for (const c of ['<', '&', '=', '"', '<!', '<a ']) {
      try {
        parseXml(`<a ${c.repeat(200_000)}`);
        parseXml(c.repeat(200_000));
      } catch {
        // Only the time counts here.
      }
    }
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('JSON with comments', () => {
  it('loses comments and trailing commas, never a part of a text', () => {
    const text = '{ // one\n "a": "// not, ]", /* two */ "b": [1, 2, /* x */ ], "c": "\\"/*", }';
    expect(JSON.parse(withoutComments(text))).toEqual({ a: '// not, ]', b: [1, 2], c: '"/*' });
  });

  it('that has none is left as it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(withoutComments(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('of commas only costs no more than its length', () => {
    const start = performance.now();
    withoutComments(','.repeat(100_000));
    withoutComments(`${', '.repeat(50_000)}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('the shape of JSON', () => {
  const padded = (text: string): Buffer => Buffer.from(text + ' '.repeat(300_000));

  it('is refused when it is too deep or nothing but brackets', () => {
    expect(() => checkJsonShape(padded('['.repeat(1001)))).toThrow(/deeper/);
    expect(() => checkJsonShape(padded('[],'.repeat(150_001)))).toThrow(/more than/);
  });

  it('is not told by brackets in texts', () => {
    expect(() => checkJsonShape(padded(`"${'['.repeat(5000)}\\\\", "\\"${'{'.repeat(5000)}"`))).not.toThrow();
    expect(() => checkJsonShape(padded('[],'.repeat(5000)))).not.toThrow();
  });
});

describe('text', () => {
  it('is UTF-8, or UTF-16 by its mark', () => {
    expect(decodeText(Buffer.from('\ufeffä'))).toBe('ä');
    expect(decodeText(Buffer.from('\ufeffä', 'utf16le'))).toBe('ä');
    expect(decodeText(Buffer.from([0xfe, 0xff, 0, 0xe4]))).toBe('ä');
    expect(decodeText(Buffer.from([0x61, 0xff]))).toBe('a\ufffd');
  });

  it('has lines, whatever ends them', () => {
    expect(linesOf('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('TOML', () => {
  it('that is none is refused with a reason in one line', () => {
    expect(() => parseToml(Buffer.from('a = \n'))).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE', detail: expect.not.stringContaining('\n') }),
    );
  });

  it('does not reach the prototype', () => {
    parseToml(Buffer.from('__proto__.polluted = 1\n[a.__proto__]\npolluted = 2\n'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
