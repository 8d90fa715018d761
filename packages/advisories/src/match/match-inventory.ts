import type { Distro, Finding, Inventory, Notice, Package, Rejected } from '@assay/contract';
import type { StoredAffected, VulnerabilityData } from '../data/open-data.ts';
import { findAffecting } from '../record/ranges.ts';
import { prepareVersion } from '../versions/compare.ts';
import { type Query, toQueries } from './queries.ts';
import { Tally } from './tally.ts';
import { type FindingFacts, type Hit, toFindings } from './to-findings.ts';

export interface MatchOptions {
  /** Stops between two packages. */
  readonly signal?: AbortSignal;
}

export interface Matched {
  /** In the order of the packages; of one package, by id. */
  readonly findings: readonly Finding[];
  /** Packages whose version could not be compared although records name them, and purls that are none. */
  readonly rejected: readonly Rejected[];
  readonly notices: readonly Notice[];
}

/** What the records say of one package. */
interface Answer {
  readonly findings: readonly FindingFacts[];
  /** Records that name the package but cannot be compared with its version. */
  readonly unreadable: number;
  readonly skippedRanges: number;
}

/**
 * Finds what is known of each package of an inventory. Two look-ups a package, whatever the size of the data; packages of one source and
 * version are looked up once. Throws DB_INVALID where the data turns out damaged, and the signal's reason.
 */
export function matchInventory(inventory: Inventory, data: VulnerabilityData, options: MatchOptions = {}): Matched {
  const matcher = new Matcher(data);
  for (const pkg of inventory.packages) {
    options.signal?.throwIfAborted();
    matcher.add(pkg, inventory.distro);
  }
  return matcher.answer();
}

class Matcher {
  readonly #data: VulnerabilityData;
  readonly #known = new Map<string, Answer>();
  readonly #affected = new Map<string, readonly StoredAffected[]>();
  readonly #names: ReadonlyMap<string, string>;
  readonly #tally = new Tally();
  readonly #findings: Finding[] = [];
  readonly #rejected: Rejected[] = [];

  constructor(data: VulnerabilityData) {
    this.#data = data;
    this.#names = new Map(data.ecosystems.map(({ name }) => [name.toLowerCase(), name]));
  }

  add(pkg: Package, distro: Distro | undefined): void {
    const asked = toQueries(pkg, distro, (base) => this.#data.releases(base));
    switch (asked.kind) {
      case 'queries':
        this.#match(pkg, asked.queries);
        return;
      case 'bad-purl':
        this.#rejected.push({
          at: pkg.ref,
          why: `its package URL cannot be read: ${JSON.stringify(pkg.purl?.slice(0, 200))}`,
        });
        return;
      case 'no-purl':
        // Files and the like are listed, not matched.
        if (pkg.kind === 'library' || pkg.kind === 'application' || pkg.kind === 'framework')
          this.#tally.countWithoutPurl();
        return;
      default:
        this.#tally.countNotChecked(asked);
    }
  }

  answer(): Matched {
    return { findings: this.#findings, rejected: this.#rejected, notices: this.#tally.notices() };
  }

  #match(pkg: Package, queries: readonly Query[]): void {
    const key = queries.map((query) => `${query.key}\0${query.version}`).join('\n');
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#look(queries);
      this.#known.set(key, answer);
      this.#tally.countSkippedRanges(answer.skippedRanges);
    }
    if (answer.unreadable > 0) {
      const version = queries[0]?.version ?? '';
      const what =
        version === '' ? 'it has no version' : `its version ${JSON.stringify(version.slice(0, 100))} cannot be read`;
      this.#rejected.push({
        at: pkg.ref,
        why: `${what}, so ${answer.unreadable} advisories on ${pkg.name} could not be compared`,
      });
      this.#tally.countUnreadable();
    }
    const { ref, name, version, purl, locations } = pkg;
    for (const facts of answer.findings) {
      this.#findings.push({
        ...facts,
        package: { ref, name, version, ...(purl !== undefined && { purl }), locations },
      });
    }
  }

  #look(queries: readonly Query[]): Answer {
    const hits: Hit[] = [];
    let unreadable = 0;
    let skippedRanges = 0;
    for (const query of queries) {
      const known = this.#affectedBy(query.key);
      if (known.length === 0) continue;
      const version = prepareVersion(query.order, query.version);
      for (const affected of known) {
        if (affected.gitOnly) {
          skippedRanges++;
          continue;
        }
        const answer = findAffecting(version, affected.ranges, affected.versions);
        if (answer.kind === 'affected') {
          hits.push({
            query,
            source: this.#sourceOf(query),
            affected,
            record: this.#data.record(affected.record),
            answer,
          });
        } else if (answer.kind === 'unreadable') {
          if (version.readable) skippedRanges++;
          else unreadable++;
        }
      }
    }
    if (hits.length === 0) return { findings: [], unreadable, skippedRanges };
    const base = queries[0]?.ecosystem.base ?? '';
    const findings = [...toFindings(hits, this.#data, distributionOf(base))].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { findings, unreadable, skippedRanges };
  }

  #affectedBy(key: string): readonly StoredAffected[] {
    let found = this.#affected.get(key);
    if (found === undefined) {
      found = this.#data.affected(key);
      this.#affected.set(key, found);
    }
    return found;
  }

  #sourceOf({ ecosystem: { base, release } }: Query): string {
    const name = this.#names.get(base) ?? base;
    if (release === '') return name;
    return base === 'alpine' && release !== 'edge' ? `${name}:v${release}` : `${name}:${release}`;
  }
}

/** Who rates for a distribution's packages: the source of its own ratings. */
function distributionOf(base: string): string | undefined {
  return raters.get(base);
}

const raters: ReadonlyMap<string, string> = new Map([
  ['debian', 'debian'],
  ['ubuntu', 'ubuntu'],
  ['alpine', 'alpine'],
  ['red hat', 'redhat'],
  ['rocky linux', 'rocky'],
  ['almalinux', 'almalinux'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['azure linux', 'azurelinux'],
  ['mageia', 'mageia'],
]);
