import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anInventory, aReport, noon } from './a-report.ts';
import { formats } from './formats.ts';
import { filterNames } from './template/filters.ts';
import { prepareTemplate } from './template/run-template.ts';
import { toView } from './template/to-view.ts';

const guide = readFileSync(new URL('../../../docs/guide/output.md', import.meta.url), 'utf8');
const report = aReport();
const view = toView({ report, inventory: anInventory(report) }, noon);
const says = (name: string) => guide.includes(`\`${name}\``) || guide.includes(`\`${name} `);

describe('docs/guide/output.md', () => {
  it('lists every format and version', () => {
    for (const format of Object.values(formats)) {
      expect(says(format.id), format.id).toBe(true);
      for (const version of format.versions) expect(guide, version).toContain(version);
    }
  });

  it('lists every filter', () => {
    for (const name of filterNames) expect(says(name), name).toBe(true);
  });

  it('lists every name that templates see', () => {
    for (const name of Object.keys(view)) expect(says(name), name).toBe(true);
    const { findings } = view;
    const [finding] = Array.isArray(findings) ? findings : [];
    for (const name of Object.keys(finding ?? {})) expect(says(name), name).toBe(true);
  });

  it('has an example that works', () => {
    const example = /```\n(# \{\{subject[\s\S]*?)```/.exec(guide)?.[1] ?? '';
    // Typed by hand from the example.
    expect([...prepareTemplate(example, 'example').fill(view)].join('')).toBe(
      [
        '# registry.example/team/app:1.2',
        '',
        '2 findings: 1 critical, 1 medium · 1 fixable · data of 2026-11-24 (1 day old)',
        '',
        '- **CRITICAL** CVE-2021-44228 in org.apache.logging.log4j:log4j\\-core 2.14.1: fixed in 2.15.0',
        '- **MEDIUM** CVE-2023-5678 in libssl3 3.0.11-1',
        '',
      ].join('\n'),
    );
  });
});
