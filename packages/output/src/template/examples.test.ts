import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aFinding, anInventory, aPlainFinding, aReport, noon } from '../a-report.ts';
import { prepareTemplate } from './run-template.ts';
import { toView } from './to-view.ts';

const folder = new URL('../../../../examples/templates/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.tpl'));

/** Closes whatever it stands in, if it is let. */
const evil = `"'>]]></script><img src=x onerror=alert(1)>\u0000&`;
const suppressed = { by: 'ignore', reason: evil, source: evil } as const;
const report = aReport({
  subject: { kind: 'image', name: evil },
  findings: [
    aFinding({ id: evil, title: evil, fixedIn: [evil], package: { ...aFinding().package, name: evil, version: evil } }),
    aPlainFinding({ suppressed, id: evil }),
  ],
  rejected: [{ at: evil, why: evil }],
  notices: [{ code: 'CACHE', level: 'info', message: evil }],
});

describe('the example templates', () => {
  it('are there', () => expect(files).toEqual(['junit.xml.tpl', 'report.html.tpl']));

  for (const file of files) {
    const template = prepareTemplate(readFileSync(new URL(file, folder), 'utf8'), file);
    const filled = (of: typeof report) =>
      [...template.fill(toView({ report: of, inventory: anInventory(of) }, noon))].join('');

    it(`${file} shows findings`, () => {
      expect(filled(aReport())).toContain('CVE-2021-44228');
      expect(filled(aReport())).toContain('2.15.0');
    });

    it(`${file} begins with its document and works without findings`, () => {
      expect(filled(aReport({ findings: [] }))).toMatch(/^<(?:!doctype html|\?xml )/);
    });

    it(`${file} lets nothing hostile out of its place`, () => {
      expect(filled(report)).not.toContain('<img');
      expect(filled(report)).not.toContain('\u0000');
      expect(filled(report)).not.toContain(`"'>`);
    });
  }
});
