import type { Analysis, Epss, Finding, FixState, Kev } from '@assay/contract';
import { findFacts, toFinding, toUnresolved } from '../../cyclonedx/to-findings.ts';
import { findMember, findNumber, findText, type JsonObject, toList, toObjects } from '../../json/value.ts';
import { placeUnder, type Rejections } from '../rejections.ts';
import { allNamedBy, classOf, idOf, namedBy } from './element.ts';

/** A statement about a vulnerability in some elements. */
interface Statement {
  readonly element: JsonObject;
  readonly at: string;
}

/** What is said of one vulnerability in one element. */
interface Pair {
  readonly vulnerability: string;
  readonly affected: string;
  readonly statements: Statement[];
}

/** What the document knows of the elements that statements name. */
export interface AssessmentContext {
  readonly vulnerabilities: ReadonlyMap<string, { readonly element: JsonObject; readonly at: string }>;
  readonly findPackage: (id: string) => Finding['package'] | undefined;
  readonly agentName: (id: string) => string | undefined;
  readonly subject: Finding['package'];
  readonly tool: string | undefined;
  readonly rejections: Rejections;
}

/** Collects statements, and makes one finding of each vulnerability in each element they name. Source: SPDX 3.0.1, Security profile. */
export class Assessments {
  readonly #pairs = new Map<string, Pair>();
  readonly #mentioned = new Set<string>();

  /** An assessment (`from` the vulnerability), or a plain relationship that ties one to an element. */
  add(element: JsonObject, at: string): void {
    const type = findText(element, 'relationshipType');
    const from = namedBy(findMember(element, 'from'));
    if (from === undefined) return;
    const reversed = type === 'hasAssociatedVulnerability';
    const assessed = namedBy(findMember(element, 'security_assessedElement'));
    for (const to of allNamedBy(element, 'to')) {
      const [vulnerability, affected] = reversed ? [to, from] : [from, assessed ?? to];
      const key = JSON.stringify([vulnerability, affected]);
      const pair = this.#pairs.get(key);
      if (pair === undefined) this.#pairs.set(key, { vulnerability, affected, statements: [{ element, at }] });
      else if (pair.statements.at(-1)?.element !== element) pair.statements.push({ element, at });
      this.#mentioned.add(vulnerability);
    }
  }

  /** One finding per pair; a vulnerability that nobody ties to an element is one of the subject. */
  findings(context: AssessmentContext): readonly Finding[] {
    const findings: Finding[] = [];
    for (const pair of this.#pairs.values()) {
      const finding = toPairFinding(pair, context);
      if (finding !== undefined) findings.push(finding);
    }
    for (const [id, { at }] of context.vulnerabilities) {
      if (this.#mentioned.has(id)) continue;
      const finding = toPairFinding({ vulnerability: id, affected: '', statements: [] }, context);
      if (finding === undefined) context.rejections.add(at, 'the vulnerability has no identifier');
      else findings.push(finding);
    }
    return findings;
  }
}

function toPairFinding(pair: Pair, context: AssessmentContext): Finding | undefined {
  const known = context.vulnerabilities.get(pair.vulnerability);
  const at = pair.statements[0]?.at ?? known?.at ?? '';
  if (known === undefined && pair.statements.length === 0) return undefined;
  const vulnerability = known?.element ?? {};
  const bad = (member: string, why: string) => context.rejections.add(placeUnder(known?.at ?? at, member), why);
  const facts = findFacts(toCycloneDx(vulnerability, pair, context), context.tool, bad);
  if (facts === undefined) {
    context.rejections.add(at, 'the assessment is of no vulnerability that has an identifier');
    return undefined;
  }
  const affected =
    pair.affected === '' ? context.subject : (context.findPackage(pair.affected) ?? toUnresolved(pair.affected));
  const finding = toFinding(facts, affected, undefined);
  return { ...finding, ...fixOf(pair.statements, affected.version, finding), ...exploitsOf(pair.statements, bad) };
}

/** The same facts in the words of CycloneDX, for which there is a reader: id, ratings and analysis follow the same rules. */
function toCycloneDx(vulnerability: JsonObject, pair: Pair, context: AssessmentContext): JsonObject {
  const ids = identifiersOf(vulnerability, pair.vulnerability);
  const description = findText(vulnerability, 'description') ?? findText(vulnerability, 'summary');
  const published = findText(vulnerability, 'security_publishedTime');
  const updated = findText(vulnerability, 'security_modifiedTime');
  const analysis = analysisOf(pair.statements);
  return {
    ...(ids[0] === undefined ? {} : { id: ids[0] }),
    references: ids.slice(1).map((id) => ({ id })),
    ratings: pair.statements.flatMap((statement) => toRating(statement.element, context)),
    advisories: urlsOf(vulnerability).map((url) => ({ url })),
    ...(description === undefined ? {} : { description }),
    ...(published === undefined ? {} : { published }),
    ...(updated === undefined ? {} : { updated }),
    // An Analysis is made of texts and lists of them: it is JSON.
    ...(analysis === undefined ? {} : { analysis: { ...analysis } as JsonObject }),
  };
}

/** Identifiers first, then the name, at last what the id itself ends with. */
function identifiersOf(vulnerability: JsonObject, id: string): readonly string[] {
  const ids = new Set<string>();
  for (const entry of toObjects(vulnerability, 'externalIdentifier')) {
    const type = findText(entry, 'externalIdentifierType');
    const identifier = findText(entry, 'identifier');
    if (identifier !== undefined && (type === 'cve' || type === 'securityOther')) ids.add(identifier);
  }
  const name = findText(vulnerability, 'name');
  if (name !== undefined && /^[A-Za-z]+-[A-Za-z0-9:.-]+$/.test(name)) ids.add(name);
  if (ids.size === 0) {
    const last = /(?:CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3})/i.exec(id)?.[0] ?? name;
    if (last !== undefined) ids.add(last);
  }
  return [...ids];
}

function urlsOf(vulnerability: JsonObject): readonly string[] {
  const locators = toObjects(vulnerability, 'externalRef').flatMap((entry) => toList(entry, 'locator'));
  const identifiers = toObjects(vulnerability, 'externalIdentifier').flatMap((entry) =>
    toList(entry, 'identifierLocator'),
  );
  const urls = [...locators, ...identifiers].filter((url) => typeof url === 'string');
  return [...new Set(urls.filter((url) => /^https?:\/\//.test(url)))];
}

/** Ratings by their class; the severity of version 2 follows from its score. */
const ratingMethods: Readonly<Record<string, string>> = {
  security_CvssV2VulnAssessmentRelationship: 'CVSSv2',
  security_CvssV3VulnAssessmentRelationship: 'CVSSv3',
  security_CvssV4VulnAssessmentRelationship: 'CVSSv4',
  security_SsvcVulnAssessmentRelationship: 'SSVC',
};

function toRating(element: JsonObject, context: AssessmentContext): readonly JsonObject[] {
  const type = classOf(element) ?? '';
  const method = Object.hasOwn(ratingMethods, type) ? ratingMethods[type] : undefined;
  if (method === undefined) return [];
  const vector = findText(element, 'security_vectorString') ?? findText(element, 'security_decisionType');
  const score = findNumber(element, 'security_score');
  const severity = findText(element, 'security_severity');
  const supplier = namedBy(findMember(element, 'suppliedBy'));
  const source = supplier === undefined ? undefined : (context.agentName(supplier) ?? supplier);
  return [
    {
      method: method === 'CVSSv3' && vector?.startsWith('CVSS:3.1/') === true ? 'CVSSv31' : method,
      ...(vector === undefined ? {} : { vector }),
      ...(score === undefined ? {} : { score }),
      ...(severity === undefined ? {} : { severity }),
      ...(source === undefined ? {} : { source: { name: source } }),
    },
  ];
}

/** VEX in its common words. Source: SPDX 3.0.1, Security profile; OpenVEX 0.2 "Status Labels". */
const vexStates: Readonly<Record<string, string>> = {
  security_VexAffectedVulnAssessmentRelationship: 'affected',
  security_VexFixedVulnAssessmentRelationship: 'fixed',
  security_VexNotAffectedVulnAssessmentRelationship: 'not_affected',
  security_VexUnderInvestigationVulnAssessmentRelationship: 'under_investigation',
};

function stateOf(element: JsonObject): string | undefined {
  const type = classOf(element) ?? '';
  return Object.hasOwn(vexStates, type) ? vexStates[type] : undefined;
}

/** The statement that was made last, where they carry times; the last one in the document otherwise. */
function analysisOf(statements: readonly Statement[]): Analysis | undefined {
  const vex = statements.filter(({ element }) => stateOf(element) !== undefined);
  const last = vex.toSorted((a, b) => timeOf(a.element) - timeOf(b.element)).at(-1)?.element;
  const state = last && stateOf(last);
  if (last === undefined || state === undefined) return undefined;
  const justification = findText(last, 'security_justificationType')?.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  const details = ['security_impactStatement', 'security_actionStatement', 'security_statusNotes'];
  const detail = details.flatMap((key) => findText(last, key) ?? []).join('\n');
  return {
    state,
    ...(justification === undefined ? {} : { justification }),
    ...(detail === '' ? {} : { detail }),
  };
}

function timeOf(element: JsonObject): number {
  const text = findText(element, 'security_modifiedTime') ?? findText(element, 'security_publishedTime') ?? '';
  const time = Date.parse(text);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

function fixOf(
  statements: readonly Statement[],
  version: string,
  plain: Finding,
): { readonly fixState: FixState; readonly fixedIn: readonly string[] } {
  const fixed = statements.some(({ element }) => stateOf(element) === 'fixed');
  if (!fixed) return plain;
  return { fixState: 'fixed', fixedIn: version === '' ? [] : [version] };
}

/** Known exploitation, and its probability. */
function exploitsOf(
  statements: readonly Statement[],
  bad: (member: string, why: string) => void,
): { readonly kev?: Kev; readonly epss?: Epss } {
  let kev: Kev | undefined;
  let epss: Epss | undefined;
  for (const { element } of statements) {
    const type = classOf(element);
    const date = findText(element, 'security_publishedTime');
    if (type === 'security_ExploitCatalogVulnAssessmentRelationship') {
      const listed = findMember(element, 'security_exploited') !== false;
      if (listed && findText(element, 'security_catalogType') === 'kev') kev = { dateAdded: date?.slice(0, 10) ?? '' };
    } else if (type === 'security_EpssVulnAssessmentRelationship') {
      const score = findNumber(element, 'security_probability');
      const percentile = findNumber(element, 'security_percentile');
      if (isShare(score) && isShare(percentile)) {
        epss = { score, percentile, ...(date === undefined ? {} : { date: date.slice(0, 10) }) };
      } else bad(idOf(element) ?? 'security_probability', 'the EPSS assessment has no probability and percentile');
    }
  }
  return { ...(kev === undefined ? {} : { kev }), ...(epss === undefined ? {} : { epss }) };
}

function isShare(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 1;
}
