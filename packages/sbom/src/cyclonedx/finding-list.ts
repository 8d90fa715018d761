import type { Evidence, Finding, Rating } from '@assay/contract';
import { findText, isObject, type JsonObject, type JsonValue, toObjects } from '../json/value.ts';
import type { Rejections } from '../spdx/rejections.ts';
import { readKept } from './kept.ts';
import { withKeptFinding } from './kept-finding.ts';
import type { References } from './references.ts';
import { findFacts, toFinding, toUnresolved } from './to-findings.ts';

/**
 * The findings of a document: one for each component a vulnerability affects. The same vulnerability in the same component is one
 * finding, however often it is listed; every source and rating is kept.
 */
export class FindingList {
  readonly #references: References;
  readonly #rejections: Rejections;
  readonly #tool: string | undefined;
  readonly #findings = new Map<string, Finding>();

  constructor(references: References, rejections: Rejections, tool: string | undefined) {
    this.#references = references;
    this.#rejections = rejections;
    this.#tool = tool;
  }

  /** An entry of `vulnerabilities`. One that affects nothing is a finding about what the document describes. */
  add(value: JsonValue, at: string): void {
    const vulnerability = isObject(value) ? value : undefined;
    const targets = toObjects(vulnerability, 'affects');
    const facts =
      vulnerability &&
      findFacts(vulnerability, this.#tool, (member, why) => this.#rejections.add(`${at}/${member}`, why));
    if (vulnerability === undefined || facts === undefined) {
      const count = Math.max(1, targets.length);
      for (let index = 0; index < count; index++) {
        this.#rejections.add(count === 1 ? at : `${at}/affects/${index}`, 'a vulnerability without an id');
      }
      return;
    }
    const kept = keptOf(vulnerability);
    if (targets.length === 0) {
      this.#take(toFinding(facts, this.#references.subject, undefined), kept.get('0'), at);
    }
    for (const [index, target] of targets.entries()) {
      const ref = findText(target, 'ref');
      if (ref === undefined) this.#rejections.add(`${at}/affects/${index}`, 'nothing is said to be affected');
      else {
        const affected = this.#references.find(ref) ?? toUnresolved(ref);
        this.#take(toFinding(facts, affected, target), kept.get(String(index)), `${at}/affects/${index}`);
      }
    }
  }

  all(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  #take(plain: Finding, keptText: string | undefined, at: string): void {
    const bad = (field: string) => this.#rejections.add(at, `a property of ours that cannot be read: ${field}`);
    const kept = keptText === undefined ? undefined : readKept(keptText);
    if (keptText !== undefined && kept === undefined) bad('assay:finding');
    const finding = kept === undefined ? plain : withKeptFinding(plain, kept, bad);
    let key = JSON.stringify([finding.id, finding.package.ref]);
    let before = this.#findings.get(key);
    if (before !== undefined && !sameAnalysis(before, finding)) {
      // VEX documents judge version ranges of one product apart: those are different statements.
      key = JSON.stringify([finding.id, finding.package.ref, finding.evidence.map(({ range }) => range)]);
      before = this.#findings.get(key) ?? (sameRange(before, finding) ? before : undefined);
    }
    if (before !== undefined && !sameAnalysis(before, finding)) {
      this.#rejections.add(at, `${finding.id} is analysed twice for the same component; the first one counts`);
      return;
    }
    this.#findings.set(key, before === undefined ? finding : merge(before, finding));
  }
}

/** `assay:finding:N`: what the vulnerability does not say of its Nth affected component. */
function keptOf(vulnerability: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const property of toObjects(vulnerability, 'properties')) {
    const index = /^assay:finding:(\d{1,9})$/.exec(findText(property, 'name') ?? '')?.[1];
    if (index !== undefined) found.set(index, findText(property, 'value') ?? '');
  }
  return found;
}

/** Not analysed is no opinion. */
function sameAnalysis(a: Finding, b: Finding): boolean {
  return (
    a.analysis === undefined || b.analysis === undefined || JSON.stringify(a.analysis) === JSON.stringify(b.analysis)
  );
}

function sameRange(a: Finding, b: Finding): boolean {
  return JSON.stringify(a.evidence.map(({ range }) => range)) === JSON.stringify(b.evidence.map(({ range }) => range));
}

function merge(a: Finding, b: Finding): Finding {
  const known = a.severity !== 'unknown' ? a : b;
  return {
    ...b,
    ...a,
    aliases: [...new Set([...a.aliases, ...b.aliases])].sort(),
    severity: known.severity,
    severitySource: known.severitySource,
    ratings: unique<Rating>([...a.ratings, ...b.ratings]),
    fixState: a.fixState === 'unknown' ? b.fixState : a.fixState,
    fixedIn: unique([...a.fixedIn, ...b.fixedIn]),
    evidence: unique<Evidence>([...a.evidence, ...b.evidence]),
    urls: unique([...a.urls, ...b.urls]),
    cwes: unique([...a.cwes, ...b.cwes]),
  };
}

function unique<T>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
