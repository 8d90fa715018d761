import type { Analysis, Digest, Distro, Evidence, Finding, Location, Package, Rating, Subject } from '@assay/contract';
import { parseDigest, severities } from '@assay/contract';
import fc from 'fast-check';
import type { SbomInput } from '../src/index.ts';

/** Text as producers write it: any characters but NUL and half surrogate pairs, which no store takes. */
export const anyText = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.replaceAll('\0', '').toWellFormed());
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const text = fc.oneof(word, word, anyText, fc.constantFrom('<&>"', ' a ', 'a\r\nb', ']]>', '\u0001', 'é\ufffe', '-'));
const filled = text.filter((value) => value !== '');
const digest: fc.Arbitrary<Digest> = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  .map((hex) => parseDigest(`sha256:${hex}`));
const date = fc.constantFrom('2024-02-29T12:00:00Z', '2023-01-25T17:30:31+01:00', '2023-01-25');

/** Optional members are left out, not `undefined`. */
function record<T extends object>(required: { [K in keyof T]: fc.Arbitrary<T[K]> }, optional: readonly (keyof T)[]) {
  const requiredKeys = (Object.keys(required) as (keyof T)[]).filter((key) => !optional.includes(key));
  return fc.record(required, { requiredKeys }) as fc.Arbitrary<T>;
}

const location = record<Location>({ path: text, layer: digest as never }, ['layer']);

const purl = fc
  .tuple(fc.constantFrom('npm', 'deb/debian', 'maven/org.x', 'npm/%40s', 'golang/x.y/z', 'pypi', 'generic'), word, word)
  .map(([type, name, version]) => `pkg:${type}/${name}@${version}`);

const license = fc.oneof(
  fc.constantFrom('MIT', 'Apache-2.0', 'MIT OR Apache-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'),
  text,
);
const cpe = fc.constantFrom('cpe:2.3:a:x:y:1.0:*:*:*:*:*:*:*', 'cpe:/a:x:y:1', 'cpe:2.3:a:broken', 'none');
const hashes = fc.constantFrom<Record<string, string>[]>(
  {},
  { sha256: 'a'.repeat(64) },
  { sha1: 'b'.repeat(40), md5: 'c'.repeat(32), 'sha3-256': 'd'.repeat(64) },
  { adler32: '0badc0de', sha256: 'short' },
);
const kinds: Package['kind'][] = [
  'library',
  'application',
  'operating-system',
  'container',
  'file',
  'firmware',
  'other',
];
const propertyName = fc.oneof(
  word,
  text,
  fc.constantFrom('syft:location:0:path', 'assay:location:0:path', 'assay:model'),
);

const pkg = record<Package>(
  {
    ref: filled,
    kind: fc.constantFrom(...kinds),
    name: text,
    version: text,
    purl: fc.oneof(purl, text) as never,
    source: fc.record({ name: filled, version: text }) as never,
    arch: word as never,
    licenses: fc.array(license, { maxLength: 3 }),
    cpes: fc.array(cpe, { maxLength: 2 }),
    hashes,
    supplier: text as never,
    description: text as never,
    homepage: fc.oneof(fc.webUrl(), text) as never,
    locations: fc.array(location, { maxLength: 2 }),
    foundBy: text as never,
    dependsOn: fc.constant([]),
    properties: fc.array(fc.record({ name: propertyName, value: text }), { maxLength: 2 }),
  },
  ['purl', 'source', 'arch', 'supplier', 'description', 'homepage', 'foundBy'],
);

const distro = record<Distro>(
  {
    id: word,
    version: text,
    codename: word as never,
    prettyName: text as never,
    like: fc.array(word, { maxLength: 2 }),
  },
  ['codename', 'prettyName'],
);

const subject = record<Subject>(
  {
    kind: fc.constantFrom('image', 'directory', 'file', 'sbom', 'application'),
    name: text,
    version: filled as never,
    digest: digest as never,
    imageId: digest as never,
    platform: word as never,
    purl: purl as never,
    layers: fc.array(digest, { maxLength: 2 }) as never,
  },
  ['version', 'digest', 'imageId', 'platform', 'purl', 'layers'],
);

const rating = record<Rating>(
  {
    source: text,
    method: fc.constantFrom('CVSSv2', 'CVSSv3', 'CVSSv31', 'CVSSv4', 'OWASP', 'SSVC', 'vendor', 'other'),
    severity: fc.constantFrom(...severities),
    score: fc.constantFrom(0, 5.5, 9.8, 10, 1e-7) as never,
    vector: fc.constantFrom('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'AV:N/AC:L/Au:N/C:P/I:P/A:P', 'x') as never,
  },
  ['score', 'vector'],
);

const evidence = record<Evidence>(
  { advisory: text, source: text, matchedName: text, matchedVersion: text, range: text, url: fc.webUrl() as never },
  ['url'],
);

const analysis = record<Analysis>(
  {
    state: fc.oneof(fc.constantFrom('not_affected', 'exploitable', 'in_triage'), word),
    justification: fc.oneof(fc.constantFrom('code_not_present'), word) as never,
    responses: fc.array(fc.constantFrom('update', 'will_not_fix', 'other'), { minLength: 1, maxLength: 3 }) as never,
    detail: text as never,
  },
  ['justification', 'responses', 'detail'],
);

const findingOf = record<Omit<Finding, 'package'>>(
  {
    id: fc.constantFrom('CVE-2021-44228', 'GHSA-jfh8-c2jp-5v3q', 'PYSEC-2021-1', 'other 1'),
    aliases: fc.array(fc.constantFrom('CVE-2021-1', 'GHSA-aaaa-bbbb-cccc', 'x'), { maxLength: 2 }),
    severity: fc.constantFrom(...severities),
    severitySource: text,
    ratings: fc.array(rating, { maxLength: 2 }),
    fixState: fc.constantFrom('fixed', 'not-fixed', 'wont-fix', 'unknown'),
    fixedIn: fc.array(text, { maxLength: 2 }),
    evidence: fc.array(evidence, { maxLength: 2 }),
    title: text as never,
    description: text as never,
    urls: fc.array(fc.oneof(fc.webUrl(), text), { maxLength: 2 }),
    cwes: fc.array(fc.constantFrom('CWE-79', 'CWE-0', 'odd'), { maxLength: 2 }),
    publishedAt: date as never,
    modifiedAt: date as never,
    kev: fc.constant({ dateAdded: '2021-12-10', ransomware: true }) as never,
    epss: fc.constant({ score: 0.5, percentile: 0.9 }) as never,
    analysis: analysis as never,
    suppressed: fc.constantFrom(
      { by: 'ignore', reason: 'accepted', source: '.ignore' },
      { by: 'vex', reason: 'component_not_present', source: 'vex.json', until: '2027-01-01' },
      { by: 'vex', reason: 'fixed', source: 'vex.json' },
    ) as never,
  },
  ['title', 'description', 'publishedAt', 'modifiedAt', 'kev', 'epss', 'analysis', 'suppressed'],
);

/** Whole inputs: refs are unique, edges name packages, a finding is in a package or in something unknown, once. */
export const sbomInput: fc.Arbitrary<SbomInput> = fc
  .record({
    packages: fc.uniqueArray(pkg, { selector: ({ ref }) => ref, maxLength: 4 }),
    edges: fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 4 }),
    findings: fc.array(fc.tuple(findingOf, fc.nat(4)), { maxLength: 3 }),
    distro: fc.option(distro, { nil: undefined }),
    subject,
  })
  .map(({ packages, edges, findings, distro: system, subject: scanned }) => {
    const linked = packages.map((one, from) => ({
      ...one,
      dependsOn: [
        ...new Set(
          edges.filter(([a]) => a === from).flatMap(([, to]) => packages.slice(to, to + 1).map(({ ref }) => ref)),
        ),
      ],
    }));
    const all = findings.map(([finding, index]): Finding => {
      const at = linked[index];
      const where: Finding['package'] =
        at === undefined
          ? { ref: 'elsewhere', name: 'elsewhere', version: '', locations: [] }
          : {
              ref: at.ref,
              name: at.name,
              version: at.version,
              ...(at.purl === undefined ? {} : { purl: at.purl }),
              locations: at.locations,
            };
      return { ...finding, package: where };
    });
    return {
      inventory: {
        subject: scanned,
        ...(system === undefined ? {} : { distro: system }),
        packages: linked,
        rejected: [],
        createdAt: '2026-11-25T00:00:00Z',
        tools: [{ name: 'assay', version: '1.0.0' }],
      },
      findings: [...new Map(all.map((one) => [JSON.stringify([one.id, one.package.ref]), one])).values()],
      createdAt: '2026-11-25T00:00:00Z',
      tool: { name: 'assay', version: '1.0.0' },
    };
  });
