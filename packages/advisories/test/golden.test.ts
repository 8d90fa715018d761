import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildData, matchInventory, openData, type VulnerabilityData } from '../src/index.ts';
import { goldenInputs, packageKey, readPackages, readReported } from './golden-answers.ts';
import { differences } from './golden-differences.ts';

/** One vulnerability in one package, and who reports it. */
interface Compared {
  readonly package: string;
  readonly id: string;
  readonly tools: ReadonlySet<string>;
  readonly finding: Finding | undefined;
}

const documents = ['syft.cdx16.json', 'trivy.cdx.json'] as const;

describe.runIf(fixturesFor('findings against those of Grype and Trivy'))('findings over the same advisories', () => {
  let folder = '';
  let data: VulnerabilityData;
  const golden = join(fixtures('scans'), 'golden');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-golden-'));
    const path = join(folder, 'data.db');
    await buildData([join(fixtures('advisories'), 'osv')], path, { now: new Date('2026-11-25T00:00:00Z') });
    data = openData(path);
  });

  afterAll(() => {
    data.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const document of documents) {
    for (const input of goldenInputs(golden)) {
      it(`of ${input}, packages as in ${document}: every difference has its reason in the table`, () => {
        const compared = compare(join(golden, input), document, data);
        const unexplained = compared.filter((each) => isDifference(each) && !isExplained(each, input));
        expect(
          unexplained.map(({ package: name, id, tools }) => `${name} ${id} by ${[...tools].join(', ') || 'us'}`),
        ).toEqual([]);
      });
    }

    it(`packages as in ${document}: at least 99.5 % of what both report, 97 % of all they report on records of the data`, () => {
      const all = goldenInputs(golden).flatMap((input) => compare(join(golden, input), document, data));
      const both = all.filter(({ tools }) => tools.size === 2);
      const any = all.filter((each) => each.tools.size > 0 && !isOutsideData(each));
      expect(both.length).toBeGreaterThan(500);
      expect(both.filter(({ finding }) => finding).length / both.length).toBeGreaterThanOrEqual(0.995);
      expect(any.filter(({ finding }) => finding).length / any.length).toBeGreaterThanOrEqual(0.97);
    });
  }

  it('name the record and the range that make them true', () => {
    for (const input of goldenInputs(golden)) {
      for (const { evidence, id } of matchInventory(readPackages(join(golden, input, documents[0])), data).findings) {
        expect(evidence.length, id).toBeGreaterThan(0);
        for (const { advisory, range, source } of evidence) {
          expect(advisory).toMatch(/\w/);
          expect(source).toMatch(/\w/);
          expect(range).toMatch(/^(?:[<>]=?|=) \S+(?:, <=? \S+)?$/);
        }
      }
    }
  });

  it('leave no line of the table without use', () => {
    const seen = goldenInputs(golden).flatMap((input) =>
      compare(join(golden, input), documents[0], data).map(
        (each) => `${input} ${each.package} ${each.id} ${isDifference(each)}`,
      ),
    );
    const unused = differences.flatMap(({ inputs, package: name, id }) =>
      inputs.map((input) => `${input} ${name} ${id} true`).filter((line) => !seen.includes(line)),
    );
    expect(unused).toEqual([]);
  });
});

/** Pairs what the tools report with what we report: by package, and by any id of the group. */
function compare(folder: string, document: string, data: VulnerabilityData): readonly Compared[] {
  const { findings } = matchInventory(readPackages(join(folder, document)), data);
  const ours = new Map<string, Finding>();
  for (const finding of findings) {
    const name = packageKey(finding.package.purl ?? '');
    for (const id of [finding.id, ...finding.aliases]) ours.set(`${name} ${id}`, finding);
  }
  const out = new Map<string, { package: string; id: string; tools: Set<string>; finding: Finding | undefined }>();
  for (const { tool, package: name, ids } of readReported(folder)) {
    const finding = ids.map((id) => ours.get(`${name} ${id}`)).find((found) => found !== undefined);
    const id = finding?.id ?? ids[0] ?? '';
    const known = out.get(`${name} ${id}`);
    if (known === undefined) out.set(`${name} ${id}`, { package: name, id, tools: new Set([tool]), finding });
    else known.tools.add(tool);
  }
  for (const finding of findings) {
    const name = packageKey(finding.package.purl ?? '');
    const key = `${name} ${finding.id}`;
    if (!out.has(key)) out.set(key, { package: name, id: finding.id, tools: new Set(), finding });
  }
  return [...out.values()];
}

function isDifference({ tools, finding }: Compared): boolean {
  return finding === undefined || tools.size === 0;
}

function isExplained({ package: name, id }: Compared, input: string): boolean {
  return differences.some((known) => known.package === name && known.id === id && known.inputs.includes(input));
}

function isOutsideData({ package: name, id }: Compared): boolean {
  return differences.some((known) => known.package === name && known.id === id && !known.inData);
}
