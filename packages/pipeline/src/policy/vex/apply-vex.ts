import type { Finding, Inventory, Notice, Package } from '@assay/contract';
import type { Applied } from '../ignore/apply-ignore.ts';
import { fitsPurl, PurlReader } from './fits-purl.ts';
import { isSubject, toSubjectFacts } from './subject-facts.ts';
import type { VexComponent, VexDocument, VexStatement, VexTarget } from './vex-document.ts';
import { onlyWithin } from './within-product.ts';

export interface ApplyVexOptions {
  /** Serial number of the scanned CycloneDX document (`urn:uuid:…`): without it, a BOM-Link fits only by the package URL it may hold. */
  readonly serialNumber?: string;
  /** Reference of the scanned document's own subject in it (CycloneDX `metadata.component.bom-ref`), for BOM-Links to the whole of it. */
  readonly subjectRef?: string;
}

/**
 * Applies VEX documents, in order: of the statements that fit a finding the latest counts, of equally late ones the last.
 * It becomes the finding's `analysis`; "not affected" and "fixed" (and CycloneDX's like) also set `suppressed`.
 * Nothing is removed. Statements that could not be read give the notice ENTRIES_REJECTED.
 */
export function applyVex(
  findings: readonly Finding[],
  inventory: Inventory,
  documents: readonly VexDocument[],
  options: ApplyVexOptions = {},
): Applied {
  const byId = new Map<string, Sourced[]>();
  let order = 0;
  for (const document of documents) {
    for (const statement of document.statements) {
      order += 1;
      for (const id of statement.ids) {
        const known = byId.get(id);
        const sourced = { statement, source: document.source, order };
        if (known === undefined) byId.set(id, [sourced]);
        else known.push(sourced);
      }
    }
  }
  const match = new Matcher(inventory, options);
  return {
    findings:
      byId.size === 0 ? findings : findings.map((finding) => withStatement(finding, latestFor(finding, byId, match))),
    notices: documents.flatMap(toNotices),
  };
}

interface Sourced {
  readonly statement: VexStatement;
  readonly source: string;
  /** Place among all statements of all documents. */
  readonly order: number;
}

function latestFor(
  finding: Finding,
  byId: ReadonlyMap<string, readonly Sourced[]>,
  match: Matcher,
): Sourced | undefined {
  const candidates = new Set<Sourced>();
  for (const id of new Set([finding.id, ...finding.aliases].map((one) => one.toLowerCase()))) {
    for (const candidate of byId.get(id) ?? []) candidates.add(candidate);
  }
  let latest: Sourced | undefined;
  for (const candidate of candidates) {
    if (isLater(candidate, latest) && candidate.statement.targets.some((target) => match.fits(target, finding)))
      latest = candidate;
  }
  return latest;
}

function isLater(one: Sourced, other: Sourced | undefined): boolean {
  if (other === undefined || one.statement.moment > other.statement.moment) return true;
  return one.statement.moment === other.statement.moment && one.order > other.order;
}

function withStatement(finding: Finding, found: Sourced | undefined): Finding {
  if (found === undefined) return finding;
  const { analysis, suppresses } = found.statement;
  const annotated: Finding = { ...finding, analysis };
  // What was let go for another reason keeps that reason.
  if (!suppresses || finding.suppressed !== undefined) return annotated;
  const reason = analysis.justification === undefined ? analysis.state : `${analysis.state}: ${analysis.justification}`;
  return { ...annotated, suppressed: { by: 'vex', reason, source: found.source } };
}

function toNotices(document: VexDocument): Notice[] {
  const [first] = document.rejected;
  if (first === undefined) return [];
  const count = document.rejected.length;
  const what = count === 1 ? '1 statement' : `${count} statements`;
  return [
    {
      code: 'ENTRIES_REJECTED',
      level: 'warning',
      message: `${document.source}: ${what} could not be understood and suppress nothing; the first: ${first.at}: ${first.why}.`,
    },
  ];
}

/** Whether a target of a statement is the package of a finding, within one scanned thing. */
class Matcher {
  readonly #inventory: Inventory;
  readonly #facts: ReturnType<typeof toSubjectFacts>;
  readonly #serial: string | undefined;
  readonly #subjectRef: string;
  readonly #purls = new PurlReader();
  readonly #packages: ReadonlyMap<string, Package>;
  readonly #isSubject = new Map<VexComponent, boolean>();
  readonly #within = new Map<VexComponent, ReadonlySet<string>>();

  constructor(inventory: Inventory, options: ApplyVexOptions) {
    this.#inventory = inventory;
    this.#facts = toSubjectFacts(inventory.subject);
    this.#serial = options.serialNumber?.replace(/^urn:uuid:/i, '').toLowerCase();
    this.#subjectRef = options.subjectRef ?? '';
    this.#packages = new Map(inventory.packages.map((one) => [one.ref, one]));
  }

  fits(target: VexTarget, finding: Finding): boolean {
    const isWhole = this.#namesSubject(target.product);
    if (target.version !== undefined) {
      const version =
        isWhole && !this.#namesPackage(target.product, finding)
          ? this.#inventory.subject.version
          : finding.package.version;
      if (version !== target.version) return false;
    }
    if (target.parts.length === 0) return isWhole || this.#namesPackage(target.product, finding);
    if (!target.parts.some((part) => this.#namesPackage(part, finding))) return false;
    return isWhole || this.#packagesWithin(target.product).has(finding.package.ref);
  }

  #namesSubject(component: VexComponent): boolean {
    const known = this.#isSubject.get(component);
    if (known !== undefined) return known;
    const { link } = component;
    // A BOM-Link without a fragment names the document, that is its subject.
    const isLinked =
      link !== undefined && link.serial === this.#serial && (link.ref === '' || link.ref === this.#subjectRef);
    const answer = isLinked || isSubject(component, this.#facts, this.#purls);
    this.#isSubject.set(component, answer);
    return answer;
  }

  #namesPackage(component: VexComponent, finding: Finding): boolean {
    const { ref, purl } = finding.package;
    const found = this.#packages.get(ref);
    return this.#names(component, ref, purl, found);
  }

  #names(component: VexComponent, ref: string, purl: string | undefined, found: Package | undefined): boolean {
    const { link } = component;
    if (link !== undefined && link.serial === this.#serial && link.ref === ref) return true;
    const own = purl === undefined ? undefined : this.#purls.find(purl);
    const isNamed = component.names.some((name) => {
      if (name === ref || name === purl || found?.cpes.includes(name) === true) return true;
      const wanted = own === undefined ? undefined : this.#purls.find(name);
      return own !== undefined && wanted !== undefined && fitsPurl(wanted, own);
    });
    if (isNamed) return true;
    if (isCalled(component, found)) return true;
    return (
      component.hashes.length > 0 &&
      Object.values(found?.hashes ?? {}).some((hash) => component.hashes.includes(hash.toLowerCase()))
    );
  }

  #packagesWithin(product: VexComponent): ReadonlySet<string> {
    const known = this.#within.get(product);
    if (known !== undefined) return known;
    const products = this.#inventory.packages
      .filter((one) => this.#names(product, one.ref, one.purl, one))
      .map((one) => one.ref);
    const within = products.length === 0 ? new Set<string>() : onlyWithin(new Set(products), this.#inventory.packages);
    this.#within.set(product, within);
    return within;
  }
}

/** Name alone is too weak for a package: only with its version, and where the document gives nothing better. */
function isCalled({ called }: VexComponent, found: Package | undefined): boolean {
  return (
    called !== undefined && called.version !== '' && called.name === found?.name && called.version === found.version
  );
}
