import { readDocument } from '@assay/sbom';
import { describe, expect, it } from 'vitest';
import { aFinding, anInventory, aPlainFinding, aReport, noon } from './a-report.ts';
import { formats } from './formats.ts';
import { type RenderOptions, render } from './render.ts';

const report = aReport({
  findings: [
    aFinding({
      suppressed: { by: 'ignore', reason: 'not reachable', source: 'ignore.yaml', until: '2026-12-31' },
    }),
    aPlainFinding({ analysis: { state: 'under_investigation' } }),
  ],
});
const input = { report, inventory: anInventory(report) };
const options: RenderOptions = { color: false, width: 100, now: noon, template: '{{counts.total}}' };
const written = (what: Parameters<typeof render>[0], more: Partial<RenderOptions> = {}) =>
  [...render(what, input, { ...options, ...more })].join('');
const read = (text: string) => readDocument(new TextEncoder().encode(text));

describe('every format', () => {
  for (const [id, format] of Object.entries(formats)) {
    it(`${id} is registered under its own name, and the same input gives the same text`, () => {
      expect(format.id).toBe(id);
      expect(written(id)).toBe(written(id));
      expect(written(id)).not.toBe('');
    });
  }
});

describe('an SBOM format', () => {
  for (const version of formats['cyclonedx-json'].versions) {
    it(`cyclonedx ${version} says its version, in JSON and XML`, async () => {
      for (const format of ['cyclonedx-json', 'cyclonedx-xml']) {
        const document = await read(written({ format, version }));
        expect([document.format.name, document.format.version]).toEqual(['cyclonedx', version]);
        expect(document.findings.map((finding) => finding.id).sort()).toEqual(['CVE-2021-44228', 'CVE-2023-5678']);
      }
    });
  }

  it('is CycloneDX 1.6 or SPDX 2.3 when nothing else is asked for', async () => {
    expect((await read(written('cyclonedx-json'))).format).toEqual({
      name: 'cyclonedx',
      version: '1.6',
      encoding: 'json',
    });
    expect((await read(written('cyclonedx-xml'))).format).toEqual({
      name: 'cyclonedx',
      version: '1.6',
      encoding: 'xml',
    });
    expect((await read(written('spdx-json'))).format).toMatchObject({ name: 'spdx', version: '2.3' });
  });

  it('says what was let go and what VEX said, in the words of CycloneDX', () => {
    const { vulnerabilities } = JSON.parse(written('cyclonedx-json'));
    const states = Object.fromEntries(
      vulnerabilities.map((one: { id: string; analysis: object }) => [one.id, one.analysis]),
    );
    expect(states).toEqual({
      'CVE-2021-44228': { state: 'in_triage', detail: 'not counted until 2026-12-31: not reachable (ignore.yaml)' },
      'CVE-2023-5678': { state: 'in_triage' },
    });
  });
});

describe('rendering', () => {
  it('puts the summary on one line', () => {
    expect(written('summary')).toBe(
      'registry.example/team/app:1.2: 1 finding: 1 medium · 0 fixable · 1 suppressed · data of 2026-11-24 (1 day old)\n',
    );
  });

  it('fills in the template', () => expect(written('template')).toBe('1'));

  const bad: readonly (readonly [what: string, spec: Parameters<typeof render>[0], code: string, words: RegExp])[] = [
    ['an unknown format', 'pdf', 'OPTION_INVALID', /"pdf" is not an output format/],
    ['an unknown version', { format: 'sarif', version: '3' }, 'OPTION_INVALID', /not written in version "3"/],
  ];
  for (const [what, spec, code, words] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => written(spec)).toThrow(expect.objectContaining({ code }));
      expect(() => written(spec)).toThrow(words);
    });
  }

  it('names the file of a bad template', () => {
    expect(() => written('template', { template: 'a\n{{', templateName: 'x.tpl' })).toThrow(
      /^TEMPLATE_INVALID: x\.tpl:2:1: /,
    );
  });

  it('wants a template where the format does', () => {
    const { template: _, ...rest } = options;
    expect(() => [...render('template', input, rest)]).toThrow(/needs a template/);
  });
});
