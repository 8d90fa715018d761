import type { Inventory, Package, Subject } from '@assay/contract';
import fc from 'fast-check';

const word = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map(storable) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'NOASSERTION',
      'NONE',
      '__proto__',
      'Person: A',
      ' x ',
      'assay: {',
      'a\nb\r\nc',
      'SPDXRef-A',
    ),
  },
);

/** Readers make strings storable: no NUL, no half surrogate pairs. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

const hex = (size: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${size}}$`));
const digest = hex(64).map((text) => `sha256:${text}` as NonNullable<Subject['digest']>);

const license = fc.oneof(
  fc.constantFrom(
    'MIT',
    'Apache-2.0',
    'MIT OR Apache-2.0',
    '(MIT AND ISC)',
    'GPL-2.0-or-later WITH Classpath-exception-2.0',
  ),
  fc.constantFrom('LicenseRef-own', 'DocumentRef-x:LicenseRef-y', 'The MIT License', 'mit', 'MIT and ISC', 'MIT AND'),
  word,
);

const purl = fc.oneof(
  fc.constantFrom(
    'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.15&upstream=zlib%401.2',
    'pkg:maven/org.slf4j/slf4j-api@1.7.36',
    'pkg:npm/%40babel/core@7.0.0',
    'pkg:rpm/redhat/curl@7.1-1.el8?arch=x86_64&upstream=curl-7.1-1.el8.src.rpm&distro=rhel-8.4',
    'pkg:maven/',
    'https://example.org/not-a-purl',
    'pkg:npm/white space@1',
  ),
  word,
);

const kind = fc.constantFrom<Package['kind']>(
  'library',
  'application',
  'framework',
  'operating-system',
  'container',
  'device',
  'file',
  'firmware',
  'other',
);

const ref = fc.oneof(
  word.filter((text) => text !== ''),
  purl.filter((text) => text !== ''),
  fc.constantFrom('SPDXRef-Package-1', 'SPDXRef-DOCUMENT'),
);

const aPackage = (refs: readonly string[], index: number): fc.Arbitrary<Package> =>
  fc.record(
    {
      ref: fc.constant(refs[index] ?? ''),
      kind,
      name: word,
      version: word,
      purl,
      source: fc.record({ name: word, version: word }),
      arch: word,
      licenses: fc.array(license, { maxLength: 3 }),
      cpes: fc.uniqueArray(fc.oneof(fc.constantFrom('cpe:2.3:a:x:y:1:*:*:*:*:*:*:*', 'cpe:/a:x:y:1'), word), {
        maxLength: 3,
      }),
      hashes: fc.dictionary(
        fc.constantFrom('sha1', 'sha256', 'md5', 'sha3-256', 'whirlpool'),
        fc.oneof(hex(40), word),
        { noNullPrototype: true },
      ),
      supplier: word,
      description: word,
      homepage: fc.oneof(fc.webUrl(), word),
      locations: fc.array(fc.record({ path: word, layer: digest }, { requiredKeys: ['path'] }), { maxLength: 2 }),
      foundBy: fc.oneof(fc.constantFrom('assay', 'dpkg'), word),
      dependsOn: fc.subarray([...refs, 'not-there']),
      properties: fc.array(fc.record({ name: word, value: word }), { maxLength: 2 }),
    },
    {
      requiredKeys: [
        ...(['ref', 'kind', 'name', 'version', 'licenses', 'cpes', 'hashes', 'locations', 'dependsOn'] as const),
        'properties',
      ],
    },
  );

/** Any subject an inventory can have. */
export const subjects: fc.Arbitrary<Subject> = fc.record(
  {
    kind: fc.constantFrom<Subject['kind']>('image', 'directory', 'file', 'sbom', 'application'),
    name: word,
    version: word,
    digest,
    imageId: digest,
    platform: fc.constantFrom('linux/amd64', 'linux/arm/v7'),
    purl,
    layers: fc.array(digest, { maxLength: 2 }),
  },
  { requiredKeys: ['kind', 'name'] },
);

/** Any inventory, with names that try the format: silence words, markers of ours, white space, other scripts. */
export const inventories: fc.Arbitrary<Inventory> = fc.uniqueArray(ref, { maxLength: 5 }).chain((refs) =>
  fc.record(
    {
      subject: subjects,
      distro: fc.record(
        { id: word, version: word, codename: word, prettyName: word, like: fc.array(word, { maxLength: 2 }) },
        { requiredKeys: ['id', 'version', 'like'] },
      ),
      packages: fc.tuple(...refs.map((_, index) => aPackage(refs, index))),
      rejected: fc.constant([]),
      createdAt: fc.constant('2026-11-25T10:00:00Z'),
      tools: fc.array(fc.record({ name: word, version: word, vendor: word }, { requiredKeys: ['name'] }), {
        maxLength: 2,
      }),
    },
    { requiredKeys: ['subject', 'packages', 'rejected', 'createdAt', 'tools'] },
  ),
);
