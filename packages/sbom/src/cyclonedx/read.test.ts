import type { ReadDocument } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../read-document.ts';

const json = (document: object): Promise<ReadDocument> =>
  readDocument(Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', ...document })));
const xml = (text: string): Promise<ReadDocument> => readDocument(Buffer.from(text));
const component = (more: object) => ({ type: 'library', name: 'x', version: '1', ...more });
const only = async (more: object) => (await json({ components: [component(more)] })).inventory.packages[0];
const property = (name: string, value: string) => ({ name, value });

describe('the version of CycloneDX', () => {
  it.each(['1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])(
    'is the namespace in XML, whatever the prefix: %s',
    async (version) => {
      // Trap 1.
      const { format, inventory } = await xml(
        `<c:bom xmlns:c="http://cyclonedx.org/schema/bom/${version}"><c:components><c:component type="library"><c:name>x</c:name><c:version>1</c:version></c:component></c:components></c:bom>`,
      );
      expect(format).toEqual({ name: 'cyclonedx', version, encoding: 'xml' });
      expect(inventory.packages.map(({ name }) => name)).toEqual(['x']);
    },
  );

  it('is refused by name where it is not known, never read as an empty document', async () => {
    await expect(xml('<bom xmlns="http://cyclonedx.org/schema/bom/1.99"/>')).rejects.toMatchObject({
      code: 'SBOM_VERSION',
    });
    await expect(json({ specVersion: '1.1' })).rejects.toMatchObject({ code: 'SBOM_VERSION' });
    await expect(json({ specVersion: '2.0' })).rejects.toMatchObject({ code: 'SBOM_VERSION' });
    await expect(xml('<bom/>')).rejects.toMatchObject({ code: 'SBOM_UNKNOWN' });
    await expect(xml('<html xmlns="http://www.w3.org/1999/xhtml"/>')).rejects.toMatchObject({ code: 'SBOM_UNKNOWN' });
  });

  it('1.7 is read although nothing of it is known but what earlier versions have', async () => {
    // Trap 11: unknown members and words are normal.
    const pkg = (
      await json({
        specVersion: '1.7',
        citations: [],
        components: [component({ type: 'brand-new', isExternal: true })],
      })
    ).inventory.packages[0];
    expect(pkg).toMatchObject({ name: 'x', kind: 'other' });
  });
});

describe('components', () => {
  it('nested in others are packages that name their parent', async () => {
    // Trap 7.
    const inner = component({ name: 'c', 'bom-ref': 'c' });
    const { inventory } = await json({
      metadata: { component: { type: 'application', name: 'app', components: [component({ name: 'in-subject' })] } },
      components: [
        component({
          name: 'a',
          'bom-ref': 'a',
          components: [component({ name: 'b', 'bom-ref': 'b', components: [inner] })],
        }),
      ],
    });
    expect(inventory.packages.map(({ name, properties }) => [name, properties.map(({ value }) => value)])).toEqual([
      ['in-subject', []],
      ['a', []],
      ['b', ['a']],
      ['c', ['b']],
    ]);
  });

  it('without bom-ref, version or purl are packages all the same', async () => {
    // Trap 8.
    const { inventory } = await json({
      components: [
        { type: 'library', name: 'x' },
        { type: 'library', name: 'x' },
      ],
    });
    expect(inventory.packages.map(({ name, version }) => [name, version])).toEqual([
      ['x', ''],
      ['x', ''],
    ]);
    expect(new Set(inventory.packages.map(({ ref }) => ref)).size).toBe(2);
  });

  it('without a name take it from the purl, or are counted as rejected', async () => {
    const { inventory } = await json({
      components: [{ type: 'library', purl: 'pkg:npm/%40a/b@1' }, { type: 'library' }, 7, null],
    });
    expect(inventory.packages.map(({ name }) => name)).toEqual(['@a/b']);
    expect(inventory.rejected.map(({ at }) => at)).toEqual(['/components/1', '/components/2', '/components/3']);
  });

  it('listed twice are one package; different ones with one bom-ref are two', async () => {
    // Trap 6.
    const { inventory } = await json({
      components: [
        component({ 'bom-ref': 'r' }),
        component({ 'bom-ref': 'r' }),
        component({ 'bom-ref': 'r', name: 'other' }),
      ],
    });
    expect(inventory.packages.map(({ name }) => name)).toEqual(['x', 'other']);
    expect(new Set(inventory.packages.map(({ ref }) => ref)).size).toBe(2);
  });

  it('are named as their ecosystem does, whether their producer splits the name or not', async () => {
    // Trivy and cdxgen write group and name, Syft the whole name; both with the same purl.
    const names = await Promise.all([
      only({ group: '@babel', name: 'core', purl: 'pkg:npm/%40babel/core@7' }),
      only({ name: '@babel/core', purl: 'pkg:npm/%40babel/core@7' }),
      only({ group: 'org.slf4j', name: 'slf4j-api', purl: 'pkg:maven/org.slf4j/slf4j-api@2' }),
      only({ name: 'slf4j-api', purl: 'pkg:maven/org.slf4j/slf4j-api@2' }),
      only({ group: 'github.com/x', name: 'y', purl: 'pkg:golang/github.com/x/y@v1' }),
      only({ group: 'debian', name: 'libc6', purl: 'pkg:deb/debian/libc6@2' }),
      only({ name: 'JSONStream', purl: 'pkg:npm/JSONStream@1' }),
      only({ group: 'acme', name: 'tool' }),
    ]);
    expect(names.map((pkg) => pkg?.name)).toEqual([
      '@babel/core',
      '@babel/core',
      'org.slf4j:slf4j-api',
      'org.slf4j:slf4j-api',
      'github.com/x/y',
      'libc6',
      'JSONStream',
      'acme/tool',
    ]);
  });

  it('know the source package advisories name', async () => {
    const trivy = [
      property('aquasecurity:trivy:SrcName', 'bash'),
      property('aquasecurity:trivy:SrcVersion', '4.4.20'),
      property('aquasecurity:trivy:SrcRelease', '4.el8'),
      property('aquasecurity:trivy:SrcEpoch', '1'),
    ];
    expect((await only({ name: 'bash', version: '1:4.4.20-4.el8', properties: trivy }))?.source).toEqual({
      name: 'bash',
      version: '1:4.4.20-4.el8',
    });
    const source = async (version: string, purl: string) => (await only({ version, purl }))?.source;
    expect(await source('2.36-9', 'pkg:deb/debian/libc6@2.36-9?arch=amd64&upstream=glibc')).toEqual({
      name: 'glibc',
      version: '2.36-9',
    });
    expect(await source('1:2.38', 'pkg:deb/debian/bsdutils@1%3A2.38?upstream=util-linux%402.38.1')).toEqual({
      name: 'util-linux',
      version: '2.38.1',
    });
    expect(await source('0:5.1-2.el9', 'pkg:rpm/redhat/libs@5.1-2.el9?upstream=tool-5.1-2.el9.src.rpm')).toEqual({
      name: 'tool',
      version: '0:5.1-2.el9',
    });
  });

  it('have an epoch where only the purl of an rpm says it', async () => {
    expect((await only({ version: '9.11-1.el8', purl: 'pkg:rpm/redhat/bind@9.11-1.el8?epoch=32' }))?.version).toBe(
      '32:9.11-1.el8',
    );
  });

  it('keep licences, hashes and CPEs in the words of the model', async () => {
    // Traps 8 and 13: choice of licences, empty hashes.
    const pkg = await only({
      licenses: [{ license: { id: 'MIT' } }, { license: { name: 'Own' } }, { expression: 'MIT OR ISC' }, {}],
      hashes: [{ alg: 'SHA-256', content: 'AB' }, { alg: 'SHA3-256', content: 'cd' }, {}],
      cpe: 'cpe:/a:x:y',
      properties: [property('syft:cpe23', 'cpe:2.3:a:x:z:1:*:*:*:*:*:*:*')],
    });
    expect(pkg?.licenses).toEqual(['MIT', 'Own', 'MIT OR ISC']);
    expect(pkg?.hashes).toEqual({ sha256: 'ab', 'sha3-256': 'cd' });
    expect(pkg?.cpes).toEqual(['cpe:/a:x:y', 'cpe:2.3:a:x:z:1:*:*:*:*:*:*:*']);
  });

  it('keep every property of their producer', async () => {
    const properties = [property('cdx:npm:package:development', 'true'), property('x', ''), property('x', '2')];
    expect((await only({ properties }))?.properties).toEqual(properties);
  });

  it('say where they were seen, in the words of each producer', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const locations = async (more: object) => (await only(more))?.locations;
    expect(
      await locations({
        properties: [property('syft:location:0:path', '/lib/a'), property('syft:location:1:path', '/lib/b')],
      }),
    ).toEqual([{ path: 'lib/a' }, { path: 'lib/b' }]);
    expect(
      await locations({
        properties: [
          property('aquasecurity:trivy:FilePath', 'app/x.jar'),
          property('aquasecurity:trivy:LayerDigest', digest),
        ],
      }),
    ).toEqual([{ path: 'app/x.jar', layer: digest }]);
    expect(
      await locations({ evidence: { occurrences: [{ location: '/src/pom.xml' }, { location: '/src/pom.xml' }] } }),
    ).toEqual([{ path: 'src/pom.xml' }]);
    // cdxgen
    expect(await locations({ properties: [property('SrcFile', '/app/yarn.lock')] })).toEqual([
      { path: 'app/yarn.lock' },
    ]);
  });

  it.each([
    // Traps 18–21: the producer's text is kept as it is; what is no purl loses no package.
    ['pkg:maven/', 'x'],
    ['https://example.org/x', 'x'],
    ['pkg:oci/x@sha256%3Aab?mediaType=application%2Fvnd.oci.image.manifest.v2%2Bjson', 'x'],
    ['pkg:deb/debian/x@1:2.0-1?arch=amd64', 'x'],
    ['pkg:deb/debian/x@1%3A2.0-1?arch=amd64', 'x'],
    ['pkg:alpine/x@1', 'x'],
    ['pkg:npm/x@1&vcs_url=y', 'x'],
    ['pkg:npm/@scope/x@1', '@scope/x'],
  ])('carry the purl %s untouched', async (purl, name) => {
    expect(await only({ purl })).toMatchObject({ purl, name });
  });

  it('take nothing from a property of ours that is not of its type', async () => {
    const kept = (value: unknown) => [
      property('assay:model', typeof value === 'string' ? value : JSON.stringify(value)),
    ];
    const { inventory } = await json({
      components: [
        component({ 'bom-ref': 'a', properties: kept({ name: 5, supplier: 'ok', hashes: [], unknown: 1 }) }),
        component({ 'bom-ref': 'b', properties: kept('{"__proto__":{"name":"y"},"locations":[{"path":1}]}') }),
        component({ 'bom-ref': 'c', properties: kept('nonsense') }),
        component({ 'bom-ref': 'd', properties: kept(`{"licenses":${'['.repeat(50_000)}`) }),
      ],
    });
    expect(inventory.packages.map(({ name, supplier }) => [name, supplier])).toEqual([
      ['x', 'ok'],
      ['x', undefined],
      ['x', undefined],
      ['x', undefined],
    ]);
    expect(inventory.rejected.map(({ at }) => at)).toEqual([
      '/components/0',
      '/components/0',
      '/components/0',
      '/components/1',
      '/components/1',
      '/components/2',
      '/components/3',
    ]);
  });

  it("of Trivy's lock files lend their path to what they need", async () => {
    const { inventory } = await json({
      components: [
        {
          type: 'application',
          name: 'app/package-lock.json',
          'bom-ref': 'lock',
          properties: [property('aquasecurity:trivy:Class', 'lang-pkgs')],
        },
        component({ name: 'a', 'bom-ref': 'a' }),
        component({ name: 'b', 'bom-ref': 'b' }),
      ],
      dependencies: [
        { ref: 'lock', dependsOn: ['a'] },
        { ref: 'a', dependsOn: ['b'] },
      ],
    });
    expect(inventory.packages.map(({ locations }) => locations)).toEqual([
      [],
      [{ path: 'app/package-lock.json' }],
      [{ path: 'app/package-lock.json' }],
    ]);
  });
});

describe('the distribution', () => {
  it('is the operating-system component, by the id of os-release', async () => {
    const distro = async (more: object) =>
      (await json({ components: [{ type: 'operating-system', ...more }] })).inventory.distro;
    expect(await distro({ name: 'redhat', version: '9.4' })).toEqual({ id: 'rhel', version: '9.4', like: [] });
    expect(
      await distro({
        name: 'debian',
        version: '12',
        properties: [
          property('syft:distro:id', 'debian'),
          property('syft:distro:versionID', '12'),
          property('syft:distro:versionCodename', 'bookworm'),
          property('syft:distro:idLike:0', 'x'),
        ],
      }),
    ).toEqual({ id: 'debian', version: '12', codename: 'bookworm', like: ['x'] });
  });

  it('is what most purls say where no component does', async () => {
    const { inventory } = await json({
      components: [component({ purl: 'pkg:deb/debian/a@1?distro=debian-12' }), component({ purl: 'pkg:npm/a@1' })],
    });
    expect(inventory.distro).toEqual({ id: 'debian', version: '12', like: [] });
  });
});

describe('metadata', () => {
  it('has tools as a list or as an object', async () => {
    // Trap 8.
    const tools = async (value: unknown) => (await json({ metadata: { tools: value } })).inventory.tools;
    expect(await tools([{ vendor: 'v', name: 'n', version: '1' }])).toEqual([{ name: 'n', version: '1', vendor: 'v' }]);
    expect(
      await tools({
        components: [{ type: 'application', author: 'v', name: 'n' }],
        services: [{ name: 's', provider: { name: 'p' } }],
      }),
    ).toEqual([
      { name: 'n', vendor: 'v' },
      { name: 's', vendor: 'p' },
    ]);
  });

  it('names the image and its digest as Syft and Trivy do', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const subject = async (more: object) =>
      (await json({ metadata: { component: { type: 'container', name: 'repo', ...more } } })).inventory.subject;
    expect(await subject({ version: digest })).toEqual({ kind: 'image', name: 'repo', digest });
    const trivy = await subject({
      purl: `pkg:oci/repo@${digest.replace(':', '%3A')}`,
      properties: [property('aquasecurity:trivy:ImageID', digest)],
    });
    expect(trivy).toMatchObject({ kind: 'image', digest, imageId: digest });
  });

  it.each([
    ['2023-01-25T17:30:31+01:00', '2023-01-25T17:30:31+01:00', 0],
    ['2023-01-25T17:30:31', '2023-01-25T17:30:31Z', 0],
    ['yesterday', undefined, 1],
    ['2023-13-45T00:00:00Z', undefined, 1],
  ])('has a date that fails nothing: %s', async (timestamp, createdAt, rejected) => {
    // Trap 10.
    const { inventory } = await json({ metadata: { timestamp } });
    expect([inventory.createdAt, inventory.rejected.length]).toEqual([createdAt, rejected]);
  });
});

describe('dependencies', () => {
  it('that point nowhere are counted as rejected, and circles are kept', async () => {
    const { inventory } = await json({
      components: [component({ 'bom-ref': 'a' }), component({ 'bom-ref': 'b' })],
      services: [{ 'bom-ref': 's', name: 's' }],
      dependencies: [
        { ref: 'a', dependsOn: ['b', 'b', 'gone', 's'] },
        { ref: 'b', dependsOn: ['a'] },
        { ref: 'gone' },
        {},
      ],
    });
    expect(inventory.packages.map(({ dependsOn }) => dependsOn)).toEqual([['b'], ['a']]);
    expect(inventory.rejected.map(({ at }) => at).sort()).toEqual([
      '/dependencies/0/dependsOn/2',
      '/dependencies/2',
      '/dependencies/3',
    ]);
  });

  it('of one component upon 100 000 others take no longer than reading them', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `r${index}`);
    const begin = performance.now();
    const { inventory } = await json({
      components: many.map((ref) => component({ 'bom-ref': ref })),
      dependencies: [{ ref: 'r0', dependsOn: many }],
    });
    expect(inventory.packages[0]?.dependsOn.length).toBe(100_000);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('parts we take no packages from', () => {
  it('fail nothing', async () => {
    const { inventory } = await json({
      services: [{ name: 's' }],
      compositions: [{ aggregate: 'complete' }],
      annotations: [],
      formulation: [],
      declarations: {},
    });
    expect([inventory.packages, inventory.rejected]).toEqual([[], []]);
  });

  it('are rejected where they should be lists of packages', async () => {
    const { inventory } = await json({ components: 'none', vulnerabilities: 3 });
    expect(inventory.rejected.map(({ at }) => at)).toEqual(['/components', '/vulnerabilities']);
  });
});
