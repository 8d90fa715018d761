import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisory } from './advisory.ts';
import { parseAdvisory } from './parse-advisory.ts';

function read(value: unknown): Advisory {
  const advisory = parseAdvisory(value);
  if ('why' in advisory) throw new Error(advisory.why);
  return advisory;
}

const why = (value: unknown): string => {
  const advisory = parseAdvisory(value);
  return 'why' in advisory ? advisory.why : 'understood';
};

const npm = (more: object = {}): object => ({ package: { ecosystem: 'npm', name: 'a' }, ranges: [], ...more });

// Shapes: OSV schema 1.7 and the records of the databases named in each test.
describe('a record', () => {
  it('keeps ids, texts and dates', () => {
    const advisory = read({
      id: 'GHSA-1',
      aliases: ['CVE-2020-1', 'GHSA-1', 'CVE-2020-1'],
      summary: ' Short ',
      details: 'Long',
      published: '2020-01-01T00:00:00Z',
      modified: '2020-02-01T00:00:00Z',
      affected: [npm()],
    });
    expect(advisory).toMatchObject({
      aliases: ['CVE-2020-1'],
      summary: 'Short',
      details: 'Long',
      published: '2020-01-01T00:00:00Z',
      withdrawn: false,
    });
  });

  it('of Go that was never changed has no date of change', () => {
    expect(read({ id: 'GO-1', modified: '0001-01-01T00:00:00Z' })).not.toHaveProperty('modified');
  });

  it('that was withdrawn says so', () => {
    expect(read({ id: 'A', withdrawn: '2020-01-01T00:00:00Z' }).withdrawn).toBe(true);
    expect(read({ id: 'A', withdrawn: null }).withdrawn).toBe(false);
  });

  it('counts ranges of commits, and leaves out what names no package', () => {
    const git = { type: 'GIT', repo: 'https://example.org/a', events: [{ introduced: '0' }] };
    expect(read({ id: 'A', affected: [npm({ ranges: [git] }), { ranges: [git] }] }).affected).toMatchObject([
      { gitRanges: 1, ranges: [] },
    ]);
  });

  it('takes the package from its purl where nothing else names it', () => {
    expect(read({ id: 'A', affected: [{ package: { purl: 'pkg:pypi/x' }, versions: ['1'] }] }).affected).toMatchObject([
      { ecosystem: 'PyPI', name: 'x', versions: ['1'] },
    ]);
  });

  it('keeps events in the order they are written', () => {
    const events = [{ fixed: '2' }, { introduced: '0' }, { last_affected: '3' }, { limit: '4' }];
    expect(read({ id: 'A', affected: [npm({ ranges: [{ type: 'SEMVER', events }] })] }).affected[0]?.ranges).toEqual([
      ['f2', 'i0', 'l3', 'm4'],
    ]);
  });
});

describe('a record of GitHub without a fix', () => {
  const events = [{ introduced: '0' }];
  const lastKnown = (text: string): object =>
    npm({ ranges: [{ type: 'SEMVER', events }], database_specific: { last_known_affected_version_range: text } });

  it('ends where it says beside the range', () => {
    const affected = ['<= 1.2.3', '< 2', 'nonsense'].map(lastKnown);
    expect(read({ id: 'GHSA-1', affected }).affected.map(({ ranges }) => ranges)).toEqual([
      [['i0', 'l1.2.3']],
      [['i0', 'm2']],
      [['i0']],
    ]);
  });

  it('ends with its fix where it has one', () => {
    const affected = [
      npm({
        ranges: [{ type: 'SEMVER', events: [...events, { fixed: '3' }] }],
        database_specific: { last_known_affected_version_range: '<= 1' },
      }),
    ];
    expect(read({ id: 'GHSA-1', affected }).affected[0]?.ranges).toEqual([['i0', 'f3']]);
  });
});

describe('the page of a record', () => {
  it.each([
    ['GHSA-jfh8-c2jp-5v3q', 'https://github.com/advisories/GHSA-jfh8-c2jp-5v3q'],
    ['DEBIAN-CVE-2021-44228', 'https://security-tracker.debian.org/tracker/CVE-2021-44228'],
    ['RHSA-2024:1234', 'https://access.redhat.com/errata/RHSA-2024:1234'],
    ['PYSEC-2021-1', 'https://osv.dev/vulnerability/PYSEC-2021-1'],
    ['X-1', undefined],
  ])('%s is %s', (id, page) => {
    expect(read({ id }).page).toBe(page);
  });

  it('is what it says of itself where its database is not known', () => {
    expect(
      read({
        id: 'X-1',
        references: [
          { type: 'WEB', url: 'https://a.example' },
          { type: 'ADVISORY', url: 'https://b.example' },
        ],
      }).page,
    ).toBe('https://b.example');
  });
});

describe('the upstream of a record', () => {
  it('is what it says, or what its name says', () => {
    expect(read({ id: 'DEBIAN-CVE-2020-1234', upstream: ['CVE-2020-1234'] }).upstream).toEqual(['CVE-2020-1234']);
    expect(read({ id: 'ALPINE-CVE-2020-1234' }).upstream).toEqual(['CVE-2020-1234']);
  });

  it('of a bulletin of old is among what is related', () => {
    expect(read({ id: 'DSA-5000-1', related: ['CVE-2021-1', 'CVE-2021-2', 'X'] }).upstream).toEqual([
      'CVE-2021-1',
      'CVE-2021-2',
    ]);
    expect(read({ id: 'GHSA-1', related: ['CVE-2021-1'] }).upstream).toEqual([]);
  });

  it('of a bulletin of Ubuntu names each CVE once', () => {
    const upstream = ['CVE-2024-1111', 'UBUNTU-CVE-2024-1111', 'UBUNTU-CVE-2024-2222'];
    expect(read({ id: 'USN-1-1', upstream }).upstream).toEqual(['CVE-2024-1111', 'CVE-2024-2222']);
  });
});

describe('ratings', () => {
  it('are vectors, words of databases, and bare scores', () => {
    const advisory = read({
      id: 'GHSA-1',
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
      database_specific: { severity: 'MODERATE', cvss_v2: '7.5' },
    });
    expect(advisory.ratings).toMatchObject([
      { source: 'ghsa', method: 'CVSSv31', severity: 'critical', score: 9.8 },
      { source: 'ghsa', method: 'vendor', severity: 'medium' },
      { source: 'ghsa', method: 'CVSSv2', severity: 'high', score: 7.5 },
    ]);
  });

  it('of Ubuntu are words among the severities, of Debian an urgency', () => {
    expect(read({ id: 'UBUNTU-CVE-2020-1234', severity: [{ type: 'Ubuntu', score: 'negligible' }] }).ratings).toEqual([
      { source: 'ubuntu', method: 'vendor', severity: 'negligible' },
    ]);
    const affected = [
      npm({ ecosystem_specific: { urgency: 'unimportant' } }),
      npm({ ecosystem_specific: { urgency: 'not yet assigned' } }),
    ];
    expect(read({ id: 'DEBIAN-CVE-2020-1234', affected }).affected.map(({ ratings }) => ratings)).toEqual([
      [{ source: 'debian', method: 'vendor', severity: 'negligible' }],
      [],
    ]);
  });

  it('of unmaintained crates are none, for that is no vulnerability', () => {
    const affected = [
      npm({ database_specific: { informational: 'unmaintained' } }),
      npm({ database_specific: { informational: 'unsound' } }),
    ];
    expect(
      read({ id: 'RUSTSEC-1', affected }).affected.map(({ ratings }) => ratings.map(({ severity }) => severity)),
    ).toEqual([['none'], []]);
  });

  it('that cannot be understood are none', () => {
    expect(
      read({ id: 'A', severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:X' }, { type: 'x', score: 'so-so' }, 7, null] })
        .ratings,
    ).toEqual([]);
  });
});

describe('what is no record', () => {
  it.each([
    [null, 'not a JSON object'],
    [[], 'not a JSON object'],
    [{}, 'has no id'],
    [{ id: '' }, 'has no id'],
    [{ id: 7 }, 'has no id'],
    [{ id: 'A', affected: {} }, '"affected" is not a list'],
    [{ id: 'A', affected: [7] }, 'affected[0]: not an object'],
    [{ id: 'A', affected: [npm({ ranges: {} })] }, 'affected[0]: "ranges" or "versions" is not a list'],
    [
      { id: 'A', affected: [npm({ ranges: [{ type: 'SEMVER', events: 7 }] })] },
      'affected[0]: a range has no events that can be read',
    ],
  ])('%j is refused: %s', (value, expected) => {
    expect(why(value)).toBe(expected);
  });

  it('is refused for an id of ten million characters, in few words', () => {
    expect(why({ id: 'x'.repeat(10_000_000) })).toBe('its id has 10000000 characters, at most 256 are allowed');
  });

  it('does not become one by its prototype', () => {
    expect(why(JSON.parse('{"__proto__": {"id": "A"}}'))).toBe('has no id');
  });

  it('may be as deep as it likes where nobody looks', () => {
    const deep = JSON.parse(`{"id":"A","database_specific":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown;
    expect(why(deep)).toBe('understood');
  });

  it('has NUL and lone surrogates taken out of what is kept', () => {
    const advisory = read({
      id: 'A',
      summary: 'a\ud800b',
      affected: [{ package: { ecosystem: 'npm', name: 'a\0b' } }],
    });
    expect(advisory.summary).toBe('a\ufffdb');
    expect(advisory.affected[0]?.name).toBe('ab');
  });

  it('never throws, whatever it is made of', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom('0', 'CVE-2020-1', 'npm', 'pkg:npm/a@1', 'CVSS:3.1/AV:N', null),
    );
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
      object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 8 }),
    }));
    fc.assert(
      fc.property(json.object, (value) => {
        parseAdvisory({ id: 'A', ...(value as object) });
      }),
      { numRuns: 500 },
    );
  });
});

const keys = [
  ...[
    'id',
    'aliases',
    'upstream',
    'related',
    'affected',
    'package',
    'ecosystem',
    'name',
    'purl',
    'ranges',
    'events',
    'type',
    'versions',
  ],
  ...[
    'introduced',
    'fixed',
    'last_affected',
    'limit',
    'severity',
    'score',
    'references',
    'url',
    'database_specific',
    'ecosystem_specific',
  ],
  ...[
    'cwes',
    'cwe_ids',
    'cvss',
    'urgency',
    'summary',
    'details',
    'modified',
    'published',
    'withdrawn',
    '__proto__',
    'constructor',
  ],
];
