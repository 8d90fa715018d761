import { type Finding, findPurlLadder, type Package, type ReadDocument } from '@assay/contract';
import type {
  DocumentSubject,
  PackageFacts,
  PairFacts,
  RatingFacts,
  ReportFacts,
  Tool,
  VulnerabilityFacts,
} from './facts.ts';

/** Longer texts cannot be keys of an index. UTF-8 bytes; the three parts of a package's key share it. */
const maxKeyBytes = 2000;
/** Longer descriptions are cut; the document has them whole. Characters. */
const maxDescription = 20_000;

/** What the store keeps of a document; `hasPlaceForFindings` where it lists vulnerabilities, be it none. Pure. */
export function toFacts(document: ReadDocument, hasPlaceForFindings: boolean): ReportFacts {
  const facts = new Facts();
  const { inventory, findings } = document;
  const places = new Map<string, number>();
  if (inventory.distro !== undefined) {
    const { id, version } = inventory.distro;
    facts.addPackage({ name: id, version });
  }
  for (const pkg of inventory.packages) {
    // Files of SPDX documents outnumber everything else and have no identity beyond their document.
    if (pkg.kind === 'file' && pkg.purl === undefined) continue;
    const place = facts.addPackage(pkg);
    if (place === undefined) continue;
    places.set(pkg.ref, place);
    for (const { name, value } of pkg.properties)
      if (name === 'spdx:externalRef:advisory') facts.addAdvisory(place, value);
  }
  for (const finding of findings) {
    const place = places.get(finding.package.ref) ?? facts.addPackage(finding.package);
    facts.addFinding(place, finding);
  }
  const tool = toTool(inventory.tools);
  return {
    ...facts.taken(),
    isScan: hasPlaceForFindings || findings.length > 0,
    skipped: facts.skipped + inventory.rejected.length,
    ...(tool === undefined ? {} : { tool }),
    ...(inventory.createdAt === undefined ? {} : { madeAt: inventory.createdAt }),
  };
}

/** What a document says it is about. An image's digest is its version, whatever tag the document gives. */
export function subjectOf({ inventory: { subject } }: ReadDocument): DocumentSubject {
  return { name: subject.name, version: subject.digest ?? subject.version ?? '' };
}

/** The first tool is the one that scanned. Source: spec/store.md §3.5, "Report.tool". */
function toTool(tools: ReadDocument['inventory']['tools']): Tool | undefined {
  const first = tools[0];
  if (first === undefined) return undefined;
  const { name, version = '', vendor = '' } = first;
  return { name: cut(name, 500), version: cut(version, 500), vendor: cut(vendor, 500) };
}

/** Grows the lists; what is in one already gets its place. */
class Facts {
  readonly #packages: PackageFacts[] = [];
  readonly #packagePlaces = new Map<string, number>();
  readonly #vulnerabilities: VulnerabilityFacts[] = [];
  readonly #vulnerabilityPlaces = new Map<string, number>();
  readonly #ratings = new Map<string, RatingFacts>();
  readonly #pairs = new Map<string, PairFacts>();
  /** Packages and vulnerabilities whose names no index can hold. */
  skipped = 0;

  /** The place of a package; `undefined` when it cannot be kept. */
  addPackage(pkg: Pick<Package, 'name' | 'version' | 'purl' | 'homepage'>): number | undefined {
    const name = storable(pkg.name);
    const version = storable(pkg.version);
    const ladder = pkg.purl === undefined ? undefined : findPurlLadder(storable(pkg.purl));
    const fits = ladder !== undefined && Buffer.byteLength(ladder.qualified) <= maxKeyBytes;
    const purl = fits ? ladder.qualified : '';
    if (name === '' || Buffer.byteLength(name) + Buffer.byteLength(version) > maxKeyBytes) {
      this.skipped++;
      return undefined;
    }
    const manager = ladder === undefined ? 'Unknown' : (/^pkg:([^/]+)\//.exec(ladder.base)?.[1] ?? 'Unknown');
    return place(this.#packages, this.#packagePlaces, [name, version, manager, purl].join('\0'), () => ({
      name,
      version,
      manager,
      homepage: webAddress(pkg.homepage) ?? '',
      purl,
      versioned: fits ? ladder.versioned : '',
      base: fits ? ladder.base : '',
    }));
  }

  addFinding(pkg: number | undefined, finding: Finding): void {
    const id = storable(finding.id);
    if (pkg === undefined || id === '' || Buffer.byteLength(id) > maxKeyBytes) {
      this.skipped++;
      return;
    }
    const evidence = finding.evidence[0];
    const vulnerability = place(this.#vulnerabilities, this.#vulnerabilityPlaces, id, () => ({
      id,
      aliases: finding.aliases.map(storable).filter((alias) => alias !== '' && Buffer.byteLength(alias) <= maxKeyBytes),
      description: cut(storable(finding.description ?? finding.title ?? ''), maxDescription),
      url: webAddress(evidence?.url) ?? '',
      cna: cut(storable(evidence?.source ?? ''), 200),
      references: finding.urls.map(webAddress).filter((url) => url !== undefined),
    }));
    for (const rating of finding.ratings) {
      const { source, method, severity, score, vector = '' } = rating;
      const facts = {
        vulnerability,
        source: cut(storable(source), 200),
        method,
        severity,
        score,
        vector: cut(storable(vector), 300),
      };
      this.#ratings.set(JSON.stringify(Object.values(facts)), facts);
    }
    const key = `${pkg} ${vulnerability}`;
    const isFixable = finding.fixState === 'fixed';
    const fixedIn = finding.fixedIn.map(storable).slice(0, 50);
    if (!this.#pairs.has(key))
      this.#pairs.set(key, { package: pkg, vulnerability, severity: finding.severity, isFixable, fixedIn });
  }

  /** A SECURITY reference of SPDX to the page of a vulnerability: who it is, and nothing about how bad. Source: spec/store.md §14 row 17. */
  addAdvisory(pkg: number, locator: string): void {
    const id = /(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})/i.exec(locator)?.[0];
    if (id === undefined) return;
    const url = webAddress(locator) ?? '';
    const named = /^ghsa/i.test(id) ? `GHSA${id.slice(4).toLowerCase()}` : id.toUpperCase();
    const vulnerability = place(this.#vulnerabilities, this.#vulnerabilityPlaces, named, () => ({
      ...{ id: named, aliases: [], description: '', url, cna: '' },
      references: url === '' ? [] : [url],
    }));
    const key = `${pkg} ${vulnerability}`;
    const unrated = { severity: 'unknown', isFixable: false, fixedIn: [] } as const;
    if (!this.#pairs.has(key)) this.#pairs.set(key, { package: pkg, vulnerability, ...unrated });
  }

  taken(): Pick<ReportFacts, 'packages' | 'vulnerabilities' | 'ratings' | 'pairs'> {
    return {
      packages: this.#packages,
      vulnerabilities: this.#vulnerabilities,
      ratings: [...this.#ratings.values()],
      pairs: [...this.#pairs.values()],
    };
  }
}

function place<T>(list: T[], places: Map<string, number>, key: string, make: () => T): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, list.length);
  return list.push(make()) - 1;
}

/** Legal in JSON, illegal in a database's text: NUL and lone surrogates become the mark for what cannot be shown. */
export function storable(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed();
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}

/** Only addresses a browser may be sent to. */
function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/\S+$/i.test(url) ? cut(storable(url), 2000) : undefined;
}
