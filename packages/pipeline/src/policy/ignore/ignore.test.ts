import type { Finding } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { aFinding } from '../a-finding.ts';
import { applyIgnore } from './apply-ignore.ts';
import { parseIgnore } from './ignore-file.ts';

const now = new Date('2026-11-25T12:00:00Z');
const one = { id: 'CVE-2021-44228', reason: 'not reachable' };
const parse = (value: unknown) => parseIgnore(value, 'ignore.yaml');
const apply = (entry: object, findings: readonly Finding[] = [aFinding()], at = now) =>
  applyIgnore(findings, parse([{ ...one, ...entry }]), at);
const counts = (entry: object, finding: Finding = aFinding()) =>
  apply(entry, [finding]).findings[0]?.suppressed === undefined;

describe('an ignore file', () => {
  it('is a list, or an object with the list under ignore', () => {
    expect(parse([one])).toEqual({ source: 'ignore.yaml', entries: [one] });
    expect(parse({ ignore: [one] })).toEqual({ source: 'ignore.yaml', entries: [one] });
  });

  it('ignores nothing when it is empty', () => {
    expect(parse(null).entries).toEqual([]);
    expect(parse({}).entries).toEqual([]);
    expect(parse([]).entries).toEqual([]);
  });

  it('keeps who decided and until when', () => {
    const entry = {
      ...one,
      package: 'log4j-core',
      version: '2.*',
      path: 'opt/*',
      until: '2026-12-31',
      createdBy: 'ann',
    };
    expect(parse([entry]).entries).toEqual([entry]);
  });

  it('takes a date from a reader that makes dates of dates', () => {
    expect(parse([{ ...one, until: new Date('2026-12-31T00:00:00Z') }]).entries[0]?.until).toBe('2026-12-31');
    expect(parse([{ ...one, until: new Date('2026-12-31T08:00:00Z') }]).entries[0]?.until).toBe(
      '2026-12-31T08:00:00.000Z',
    );
  });

  const bad: readonly (readonly [why: string, value: unknown, words: RegExp])[] = [
    ['is a text', 'CVE-1', /ignore\.yaml: \/: a list/],
    ['has another field beside ignore', { ignores: [] }, /"ignores".*not a field/],
    ['has an entry that is no object', ['CVE-1'], /\/0: an entry is an object/],
    ['has an entry without a reason', [{ id: 'CVE-1' }], /\/0: the entry for "CVE-1" has no reason/],
    ['has an entry without an id', [{ reason: 'x' }], /no id/],
    ['has an empty reason', [{ id: 'CVE-1', reason: '  ' }], /\/0\/reason: the text is empty/],
    ['misspells a field, which must not widen it', [{ ...one, pakage: 'x' }], /\/0\/"pakage": not a field/],
    ['has a version without quotes', [{ ...one, version: 1.1 }], /put it in quotes/],
    ['has a day that does not exist', [{ ...one, until: '2026-02-31' }], /not a date/],
    ['has a date of another country', [{ ...one, until: '31.12.2026' }], /not a date/],
    ['has a moment without a zone', [{ ...one, until: '2026-12-31T10:00:00' }], /not a date/],
    ['has a very long text', [{ ...one, reason: 'x'.repeat(5000) }], /longer than/],
    ['points under ignore', { ignore: [one, {}] }, /\/ignore\/1: the entry has no id/],
    ['is called like a prototype', JSON.parse('[{"__proto__": {"id": "x"}}]'), /not a field/],
  ];
  for (const [why, value, words] of bad) {
    it(`is refused when it ${why}`, () => {
      expect(() => parse(value)).toThrow(expect.objectContaining({ code: 'IGNORE_INVALID' }));
      expect(() => parse(value)).toThrow(words);
    });
  }
});

describe('an entry', () => {
  it('marks its finding with reason, file and end', () => {
    expect(apply({ until: '2026-12-31' }).findings[0]?.suppressed).toEqual({
      by: 'ignore',
      reason: 'not reachable',
      source: 'ignore.yaml',
      until: '2026-12-31',
    });
  });

  const fits: readonly (readonly [what: string, entry: object])[] = [
    ['the id in any case', { id: 'cve-2021-44228' }],
    ['an alias', { id: 'GHSA-jfh8-c2jp-5v3q' }],
    ['the name', { package: 'org.apache.logging.log4j:log4j-core' }],
    ['the name with a star', { package: '*log4j*' }],
    ['the package URL without version', { package: 'pkg:maven/org.apache.logging.log4j/log4j-core' }],
    ['the package URL with version', { package: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' }],
    ['a package URL with a star for the name', { package: 'pkg:maven/org.apache.logging.log4j/*' }],
    ['a package URL with a star in the version', { package: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.*' }],
    ['the version', { version: '2.14.*' }],
    ['the path', { path: 'opt/app/*' }],
    ['the path with a slash in front', { path: '/opt/app/*' }],
  ];
  for (const [what, entry] of fits) it(`fits by ${what}`, () => expect(counts(entry)).toBe(false));

  const misses: readonly (readonly [what: string, entry: object])[] = [
    ['another id', { id: 'CVE-2021-45046' }],
    ['part of a name', { package: 'log4j-core' }],
    ['another version', { version: '2.14.2' }],
    ['a package URL of another version', { package: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.2' }],
    ['a package URL of another type', { package: 'pkg:npm/org.apache.logging.log4j/log4j-core' }],
    [
      'a package URL with a qualifier that was not found',
      { package: 'pkg:maven/org.apache.logging.log4j/log4j-core?type=pom' },
    ],
    ['another path', { path: 'usr/*' }],
  ];
  for (const [what, entry] of misses) it(`does not fit by ${what}`, () => expect(counts(entry)).toBe(true));

  it('by path lets a package go only where all its places fit', () => {
    const finding = aFinding();
    const both = {
      ...finding,
      package: { ...finding.package, locations: [{ path: 'opt/app/a.jar' }, { path: 'srv/a.jar' }] },
    };
    expect(counts({ path: 'opt/*' }, both)).toBe(true);
    expect(counts({ path: 'opt/*' }, { ...both, package: { ...both.package, locations: [] } })).toBe(true);
  });

  it('holds to the end of its day in UTC, and not a millisecond longer', () => {
    const holds = (at: string) =>
      apply({ until: '2026-11-25' }, [aFinding()], new Date(at)).findings[0]?.suppressed !== undefined;
    expect(holds('2026-11-25T23:59:59.999Z')).toBe(true);
    expect(holds('2026-11-26T00:00:00.000Z')).toBe(false);
  });

  it('holds to its moment where it names one', () => {
    expect(counts({ until: '2026-11-25T14:00:00+01:00' })).toBe(false);
    expect(counts({ until: '2026-11-25T12:59:00+01:00' })).toBe(true);
  });

  it('that has expired says that its findings count again', () => {
    const { findings, notices } = apply({ until: '2026-11-01' });
    expect(findings[0]?.suppressed).toBeUndefined();
    expect(notices).toEqual([expect.objectContaining({ code: 'IGNORE_EXPIRED', level: 'warning' })]);
    expect(notices[0]?.message).toContain('2026-11-01');
  });

  it('that has expired says nothing while another entry holds', () => {
    const file = parse([{ ...one, until: '2026-11-01' }, one]);
    expect(applyIgnore([aFinding()], file, now).notices).toEqual([]);
  });

  it('that fits nothing says so', () => {
    expect(apply({ id: 'CVE-1999-0001' }).notices).toEqual([
      expect.objectContaining({ code: 'IGNORE_UNUSED', level: 'info' }),
    ]);
  });

  it('does not take over what was let go for another reason', () => {
    const suppressed = { by: 'vex', reason: 'not_affected', source: 'vex.json' } as const;
    expect(apply({}, [aFinding({ suppressed })]).findings[0]?.suppressed).toEqual(suppressed);
  });

  it('removes nothing', () => {
    expect(apply({}, [aFinding(), aFinding({ id: 'CVE-2' })]).findings).toHaveLength(2);
  });
});
