import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReadDocument } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { readDocument, validateDocument, type WriteOptions, writeCycloneDx } from '../src/index.ts';

const present = fixturesFor('sbom: corpora');
const corpora = present ? fixtures('corpora') : '';
const scans = present ? fixtures('scans') : '';
const files = (folder: string, pattern: string): string[] => (present ? globSync(pattern, { cwd: folder }).sort() : []);

describe.runIf(present)("the CycloneDX specification's own examples", () => {
  const folder = join(corpora, 'CycloneDX+specification/tools/src/test/resources');
  const all = files(folder, '{1.*,ext}/*valid-*.{json,xml}');

  it('are all there', () => {
    // Source: research/anchors-stores.md e.5, the table's 359 JSON and 429 XML less what is not CycloneDX by itself.
    expect(all.length).toBeGreaterThan(600);
  });

  it('are judged as their names say', async () => {
    const wrong: string[] = [];
    for (const file of all) {
      const isValid = basename(file).startsWith('valid-');
      const problems = await judge(join(folder, file));
      if ((problems.length === 0) !== isValid) wrong.push(`${file}: ${problems[0] ?? 'no problem found'}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are read without loss where they are valid', async () => {
    const rejected: string[] = [];
    for (const file of all.filter((name) => basename(name).startsWith('valid-'))) {
      const { inventory } = await read(join(folder, file));
      rejected.push(...inventory.rejected.map(({ at, why }) => `${file}: ${at}: ${why}`));
    }
    expect(rejected).toEqual([]);
  });

  it('say the same in JSON and XML', async () => {
    const differing: string[] = [];
    for (const file of files(folder, '1.*/valid-*.json')) {
      const twin = file.replace(/json$/, 'xml');
      if (!all.includes(twin) || notTwins.test(basename(file, '.json'))) continue;
      const [a, b] = await Promise.all([read(join(folder, file)), read(join(folder, twin))]);
      if (JSON.stringify(comparable(a)) !== JSON.stringify(comparable(b))) differing.push(file);
    }
    expect(differing).toEqual([]);
  });
});

/** Examples whose authors wrote different things in the two encodings: other components, names, versions, suppliers. */
const notTwins =
  /^valid-(?:bom|dependency|license-\w+|service|compositions|external-reference|machine-learning|component-external-with-version|cryptography-implementation|license-expression-with-text)(?:-\d\.\d)?$/;

describe.runIf(present)('the applications of bom-examples', () => {
  const folder = join(corpora, 'CycloneDX+bom-examples');

  it.each(
    files(folder, 'SBOM/**/*.json').filter((file) =>
      files(folder, 'SBOM/**/*.xml').includes(file.replace(/json$/, 'xml')),
    ),
  )('have the same packages in JSON and XML: %s', async (file) => {
    const [a, b] = await Promise.all([read(join(folder, file)), read(join(folder, file.replace(/json$/, 'xml')))]);
    expect(a.inventory.packages.length).toBeGreaterThan(50);
    // Keycloak's XML has no metadata: what it describes, and which tool found its packages, stands only in JSON.
    // Dropwizard's XML gives no licence for one component.
    const packages = ({ inventory }: ReadDocument) =>
      inventory.packages.map(({ foundBy: _, ...pkg }) =>
        pkg.name === 'org.glassfish.hk2:osgi-resource-locator' ? { ...pkg, licenses: [] } : pkg,
      );
    expect(packages(b)).toEqual(packages(a));
  });

  it.each(files(folder, '**/*.{json,xml}'))('are read, and every vulnerability is a finding: %s', async (file) => {
    const document = await read(join(folder, file));
    expect(document.inventory.rejected).toEqual([]);
    if (file.endsWith('.json')) expect(document.findings.length).toBe(pairsOf(join(folder, file)));
  });
});

describe.runIf(present)('reports of Grype, Syft and Trivy', () => {
  const folder = join(scans, 'golden');

  it.each(files(folder, '*/*.cdx*.{json,xml}'))('are read with nothing rejected: %s', async (file) => {
    const document = await read(join(folder, file));
    expect(document.inventory.rejected).toEqual([]);
    if (file.endsWith('.json')) {
      expect(document.findings.length).toBe(pairsOf(join(folder, file)));
      expect(document.inventory.packages.length).toBe(componentsOf(join(folder, file)));
    }
  });

  it.each(files(folder, '*/*.spdx*'))('are read with nothing rejected: %s', async (file) => {
    const { inventory } = await read(join(folder, file));
    expect(inventory.rejected).toEqual([]);
  });

  it.each(files(folder, '*/grype.cdx.json'))('have the same findings in JSON and XML: %s', async (file) => {
    const [a, b] = await Promise.all([read(join(folder, file)), read(join(folder, file.replace(/json$/, 'xml')))]);
    const names = ({ findings }: ReadDocument) =>
      findings.map((one) => `${one.id} ${one.package.name} ${one.severity} ${one.fixedIn}`).sort();
    expect(names(b)).toEqual(names(a));
  });

  it('know the distribution and the source packages as from the image itself', async () => {
    for (const tool of ['syft.cdx16.json', 'syft.cdx16.xml', 'trivy.cdx.json', 'grype.cdx.json']) {
      const { inventory } = await read(join(folder, 'debian-meta', tool));
      expect(inventory.distro).toMatchObject({ id: 'debian', version: '12.15' });
      expect(inventory.packages.find(({ name }) => name === 'nginx-common')?.source).toMatchObject({
        name: 'nginx',
        version: '1.22.1-9+deb12u9',
      });
    }
  });

  const targets = (['1.4', '1.5', '1.6', '1.7'] as const).flatMap((version) =>
    (['json', 'xml'] as const).map((encoding): WriteOptions => ({ version, encoding })),
  );

  it.each(targets)('become valid CycloneDX $version $encoding that says the same', async (options) => {
    for (const file of ['debian-meta/trivy.cdx.json', 'lock-a/grype.cdx.json', 'gobin-a/syft.spdx23.json']) {
      const document = await read(join(folder, file));
      const { inventory, findings } = document;
      const tool = { name: 'assay', version: '1' };
      const chunks = writeCycloneDx({ inventory, findings, createdAt: '2026-11-25T00:00:00Z', tool }, options);
      const bytes = Buffer.from([...chunks].join(''));
      expect((await validateDocument(bytes)).problems).toEqual([]);
      const again = await readDocument(bytes);
      expect(again.inventory.packages).toEqual(inventory.packages);
      expect(again.inventory.distro).toEqual(inventory.distro);
      expect(again.inventory.subject).toEqual(inventory.subject);
      expect(again.findings.toSorted(byKey)).toEqual(findings.toSorted(byKey));
    }
  });
});

describe.runIf(present)("Trivy's own golden files", () => {
  const folder = join(corpora, 'trivy-goldens');
  const documents = files(folder, '**/*').filter((file) => /cyclonedx|\.cdx\.|spdx|kbom/.test(file));

  it.each(documents)('are read with nothing rejected: %s', async (file) => {
    const { inventory } = await read(join(folder, file));
    expect(inventory.rejected).toEqual([]);
    expect(inventory.packages.length).toBeGreaterThan(0);
  });
});

async function read(path: string): Promise<ReadDocument> {
  return readDocument(readFileSync(path));
}

async function judge(path: string): Promise<readonly string[]> {
  try {
    return (await validateDocument(readFileSync(path))).problems.map(({ at, why }) => `${at}: ${why}`);
  } catch (error) {
    return [String(error)];
  }
}

/** The model without the name of its encoding and the places of entries. */
function comparable({ inventory, findings }: ReadDocument): unknown {
  return { packages: inventory.packages, subject: inventory.subject, distro: inventory.distro, findings };
}

function byKey(a: ReadDocument['findings'][number], b: ReadDocument['findings'][number]): number {
  const key = (one: typeof a) => JSON.stringify([one.id, one.package.ref]);
  return key(a) < key(b) ? -1 : 1;
}

interface Raw {
  readonly metadata?: { readonly component?: Raw };
  readonly components?: readonly (Raw & { readonly type: string })[];
  readonly vulnerabilities?: readonly {
    readonly id: string;
    readonly analysis?: unknown;
    readonly affects?: readonly { readonly ref: string; readonly versions?: unknown }[];
  }[];
}

const raw = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Raw;

/** What the producer sent: each vulnerability in each thing it affects, once; VEX keeps version ranges apart. */
function pairsOf(path: string): number {
  const pairs = (raw(path).vulnerabilities ?? []).flatMap(({ id, analysis, affects }) =>
    (affects ?? [{ ref: '' }]).map(({ ref, versions }) =>
      JSON.stringify([id, ref, analysis === undefined ? '' : versions]),
    ),
  );
  return new Set(pairs).size;
}

/** Components at every level, less the one that is the distribution. */
function componentsOf(path: string): number {
  const count = ({ components }: Raw): number => (components ?? []).reduce((sum, one) => sum + 1 + count(one), 0);
  const document = raw(path);
  const hasDistro = document.components?.some(({ type }) => type === 'operating-system') === true;
  return count(document) + count(document.metadata?.component ?? {}) - (hasDistro ? 1 : 0);
}
