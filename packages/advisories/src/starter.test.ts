import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCvss } from './cvss/score.ts';
import { type StarterEvent, type StarterRecord, starterEcosystems, starterRecords } from './starter.ts';
import { compareVersions, findOrder, isVersion } from './versions/compare.ts';

const records = [...starterRecords()];
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** All records for which `bad` finds something, with what it found. */
function complaints(bad: (record: StarterRecord) => readonly string[]): string[] {
  return records.flatMap((record) => bad(record).map((what) => `${record.id}: ${what}`));
}

function textOf(event: StarterEvent): string {
  return 'introduced' in event ? event.introduced : 'fixed' in event ? event.fixed : event.last_affected;
}

describe('the starter set', () => {
  it('holds at least 150 vulnerabilities over at least eight ecosystems', () => {
    expect(records.length).toBeGreaterThanOrEqual(150);
    const ecosystems = new Set(
      records.flatMap((record) => record.affected.map((a) => a.package.ecosystem.split(':')[0])),
    );
    expect([...ecosystems].sort()).toEqual([...starterEcosystems].sort());
    expect(ecosystems.size).toBeGreaterThanOrEqual(8);
  });

  it('reads every file of its folder', () => {
    const files = readdirSync(new URL('../starter', import.meta.url)).filter((name) => name.endsWith('.jsonl'));
    expect(files.sort()).toEqual(starterEcosystems.map((name) => `${name}.jsonl`).sort());
  });

  it('knows the vulnerabilities that everybody knows', () => {
    const ids = new Set(records.flatMap((record) => [record.id, ...record.aliases, ...(record.upstream ?? [])]));
    for (const id of [
      'CVE-2021-44228',
      'CVE-2022-22965',
      'CVE-2023-44487',
      'CVE-2022-0778',
      'CVE-2021-23337',
      'CVE-2020-14343',
    ]) {
      expect(ids.has(id), id).toBe(true);
    }
  });

  it('has well-formed ids, each once', () => {
    expect(new Set(records.map((record) => record.id)).size).toBe(records.length);
    const known =
      /^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|(?:PYSEC|GO|RUSTSEC)-\d{4}-\d+|(?:DEBIAN|ALPINE)-CVE-\d{4}-\d{4,})$/;
    expect(complaints((r) => [r.id, ...r.aliases, ...(r.upstream ?? [])].filter((id) => !known.test(id)))).toEqual([]);
    expect(complaints((r) => r.aliases.filter((alias) => alias === r.id))).toEqual([]);
    expect(complaints((r) => (new Set(r.aliases).size === r.aliases.length ? [] : ['an alias twice']))).toEqual([]);
  });

  it('names one CVE at most for a record, and one record of an ecosystem for a CVE', () => {
    const cves = (r: StarterRecord) =>
      [r.id, ...r.aliases, ...(r.upstream ?? [])].filter((id) => id.startsWith('CVE-'));
    expect(complaints((r) => (cves(r).length <= 1 ? [] : cves(r)))).toEqual([]);
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const record of records) {
      const key = `${record.affected[0]?.package.ecosystem.split(':')[0]} ${cves(record)[0] ?? record.id}`;
      if (seen.has(key)) twice.push(`${key}: ${seen.get(key)} and ${record.id}`);
      seen.set(key, record.id);
    }
    expect(twice).toEqual([]);
  });

  it('says for each what is affected, in versions its ecosystem can read', () => {
    expect(complaints((r) => (r.affected.length > 0 ? [] : ['nothing affected']))).toEqual([]);
    expect(
      complaints((r) =>
        r.affected.flatMap(({ package: { ecosystem, name }, ranges }) => {
          const order = findOrder(ecosystem);
          if (order === undefined || name === '') return [`no order for ${ecosystem} ${name}`];
          return ranges
            .flatMap(({ events }) => events.map(textOf))
            .filter((text) => text !== '0' && !isVersion(order, text));
        }),
      ),
    ).toEqual([]);
  });

  it('introduces each flaw before it is fixed, and fixes it before it comes back', () => {
    expect(
      complaints((r) =>
        r.affected.flatMap(({ package: { ecosystem }, ranges }) => {
          const order = findOrder(ecosystem) ?? 'generic';
          return ranges.flatMap(({ events }) => {
            const texts = events.map(textOf);
            return texts.flatMap((text, i) => {
              const before = texts[i - 1];
              if (before === undefined) return 'introduced' in (events[i] ?? {}) ? [] : ['begins with a fix'];
              const returns = 'introduced' in (events[i] ?? {});
              const difference = before === '0' ? -1 : compareVersions(order, before, text);
              return (returns ? difference <= 0 : difference < 0) ? [] : [`${before} before ${text}`];
            });
          });
        }),
      ),
    ).toEqual([]);
  });

  it('has only CVSS vectors that can be scored, under the right type, and for most records one', () => {
    expect(complaints((r) => r.severity.map((s) => s.score).filter((score) => findCvss(score) === undefined))).toEqual(
      [],
    );
    expect(
      complaints((r) =>
        r.severity.filter((s) => (s.type === 'CVSS_V4') !== s.score.startsWith('CVSS:4.0/')).map((s) => s.score),
      ),
    ).toEqual([]);
    expect(records.filter((r) => r.severity.length > 0).length / records.length).toBeGreaterThan(0.85);
  });

  it('has dates of RFC 3339', () => {
    expect(complaints((r) => [r.modified, r.published ?? r.modified].filter((date) => !dateTime.test(date)))).toEqual(
      [],
    );
    expect(
      complaints((r) => [r.modified, r.published ?? r.modified].filter((date) => Number.isNaN(Date.parse(date)))),
    ).toEqual([]);
  });

  it('holds facts, no prose', () => {
    expect(complaints((r) => (r.summary !== undefined && r.summary.length > 40 ? [r.summary] : []))).toEqual([]);
    const allowed = [
      'schema_version',
      'id',
      'aliases',
      'upstream',
      'summary',
      'published',
      'modified',
      'severity',
      'affected',
    ];
    expect(complaints((r) => Object.keys(r).filter((key) => !allowed.includes(key)))).toEqual([]);
  });
});
