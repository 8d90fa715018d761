import type { Distro, Finding, Inventory, Package, Subject } from '@assay/contract';
import { findMember, findText, isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';
import { DistroVotes, toDistro } from '../distro-names.ts';
import { Rejections } from '../rejections.ts';
import { isSaid, kindOf, quoted } from '../said.ts';
import { findTool } from '../spdx2/creation-info.ts';
import type { SpdxCounts, SpdxReadOptions } from '../spdx2/document-reader.ts';
import { isOnlySubject, toSubject } from '../spdx2/to-subject.ts';
import { Assessments } from './assessments.ts';
import { allNamedBy, classOf, idOf, namedBy, resolve } from './element.ts';
import { toLicenses } from './licenses.ts';
import {
  agentClasses,
  classes,
  collectionClasses,
  licenseClasses,
  needs,
  packageClasses,
  plainRelationshipClasses,
  scoreClasses,
  vexClasses,
} from './terms.ts';
import { readHashes, toPackage3 } from './to-package.ts';

interface Entry {
  readonly id: string;
  readonly element: JsonObject;
  readonly at: string;
}

interface PackageEntry {
  readonly id: string;
  readonly pkg: Package;
  needs: Set<string> | undefined;
  readonly declared: string[];
  readonly concluded: string[];
  /** Files that the package comes as: their hashes are its own. */
  readonly artifacts: string[];
}

/** Relationship types that tie a vulnerability to an element without an assessment. */
const vulnerabilityTies = new Set([
  'affects',
  'doesNotAffect',
  'fixedIn',
  'hasAssociatedVulnerability',
  'hasAssessmentFor',
  'underInvestigationFor',
]);

/** Whether an element is read in the second pass: relationships name all others. */
export function isRelationship(element: JsonValue): element is JsonObject {
  return isObject(element) && classOf(element)?.endsWith('Relationship') === true;
}

/**
 * Builds inventory and findings from the elements of an SPDX 3 graph: first `add` all that are no relationships, then `relate` those.
 * Source: SPDX 3.0.1, model.
 */
export class Spdx3DocumentReader {
  readonly rejections = new Rejections();
  readonly #options: SpdxReadOptions;
  readonly #packages: Entry[] = [];
  readonly #files: Entry[] = [];
  readonly #fileHashes = new Map<string, Package['hashes']>();
  readonly #ids = new Set<string>();
  readonly #shared = new Map<string, JsonObject>();
  readonly #licenses = new Map<string, JsonObject>();
  readonly #collections = new Map<string, JsonObject>();
  readonly #vulnerabilities = new Map<string, Entry>();
  readonly #assessments = new Assessments();
  readonly #described = new Set<string>();
  readonly #dangling = new Map<string, { readonly at: string; count: number }>();
  readonly #imported = new Set<string>();
  readonly #counts = { packages: 0, files: 0, snippets: 0, relationships: 0 };
  #byId: ReadonlyMap<string, PackageEntry> | undefined;
  #renamed = 1;

  constructor(options: SpdxReadOptions = {}) {
    this.#options = options;
  }

  get counts(): SpdxCounts {
    return { ...this.#counts };
  }

  /** The id of the document element, which names the document as a namespace does in SPDX 2. */
  get documentId(): string | undefined {
    return this.#document?.id;
  }

  /** The version of the specification that the document says it follows. */
  get specVersion(): string | undefined {
    const info = this.#creationInfo() ?? this.#shared.values().find((value) => classOf(value) === 'CreationInfo');
    return info && findText(info, 'specVersion');
  }

  /** Whether an element of that id was added. */
  has(value: JsonValue): boolean {
    const id = isObject(value) ? idOf(value) : undefined;
    return id !== undefined && this.#ids.has(id);
  }

  /** Notes the id of a relationship, so that others may name it; it is taken by `relate` later. */
  announce(relationship: JsonObject): void {
    const id = idOf(relationship);
    if (id !== undefined) this.#ids.add(id);
  }

  add(value: JsonValue, at: string): void {
    const type = isObject(value) ? classOf(value) : undefined;
    if (!isObject(value) || type === undefined) {
      const why = isObject(value)
        ? 'the element has no type'
        : `an element is expected to be an object, not ${kindOf(value)}`;
      this.rejections.add(at, why);
      return;
    }
    const id = idOf(value) ?? at;
    if (packageClasses.has(type)) this.#addPackage(value, id, at);
    else if (type === 'software_File') this.#addFile(value, id, at);
    else if (type === 'software_Snippet') this.#counts.snippets += 1;
    else if (type === 'security_Vulnerability') this.#vulnerabilities.set(id, { id, element: value, at });
    else if (licenseClasses.has(type)) this.#licenses.set(id, value);
    else if (collectionClasses.has(type)) this.#addCollection(value, id);
    else if (agentClasses.has(type) || type === 'Tool' || type === 'CreationInfo') this.#shared.set(id, value);
    else if (!classes.has(type)) this.rejections.add(at, `${quoted(type)} is not a class of SPDX 3.0.1`);
    this.#ids.add(id);
  }

  /** Takes a relationship or assessment; every element that is no relationship was added before. */
  relate(value: JsonObject, at: string): void {
    this.#counts.relationships += 1;
    const type = classOf(value) ?? '';
    if (!classes.has(type)) {
      this.rejections.add(at, `${quoted(type)} is not a class of SPDX 3.0.1`);
      return;
    }
    const from = namedBy(findMember(value, 'from'));
    const to = allNamedBy(value, 'to');
    const relation = findText(value, 'relationshipType');
    if (from === undefined || relation === undefined || findMember(value, 'to') === undefined) {
      this.rejections.add(at, 'the relationship lacks one of its elements or its type');
      return;
    }
    if (vexClasses.has(type) || scoreClasses.has(type) || vulnerabilityTies.has(relation)) {
      this.#assessments.add(value, at);
    } else if (plainRelationshipClasses.has(type)) {
      this.#tie(from, relation, to, at);
    }
  }

  finish(): { readonly inventory: Inventory; readonly findings: readonly Finding[] } {
    const packages = this.#settled();
    const subject = this.#findSubject();
    const os = [...packages.values()].find(
      ({ pkg }) => pkg.kind === 'operating-system' && pkg.purl === undefined && pkg.version !== '',
    );
    const distro = os === undefined ? this.#votes() : toDistro(os.pkg.name, os.pkg.version);
    const isPart = (entry: PackageEntry) => entry !== os && (entry !== subject || !isOnlySubject(entry.pkg));
    const listed = [...packages.values()].filter(isPart).map((entry) => this.#toPackage(entry));
    const findings = this.#assessments.findings({
      vulnerabilities: this.#vulnerabilities,
      findPackage: (id) => toAffected(packages.get(id)?.pkg),
      agentName: (id) => this.#agentName(id),
      subject: toAffected(subject?.pkg) ?? { ref: '', name: this.#documentName(), version: '', locations: [] },
      tool: this.#tools()[0]?.name,
      rejections: this.rejections,
    });
    for (const [id, { at, count }] of this.#dangling) {
      const more = count > 1 ? `; ${count} relationships do` : '';
      this.rejections.add(at, `the relationship names ${quoted(id)}, which the document does not have${more}`);
    }
    return { inventory: this.#toInventory(subject, distro, listed), findings };
  }

  #toInventory(subject: PackageEntry | undefined, distro: Distro | undefined, packages: readonly Package[]): Inventory {
    const createdAt = this.#createdAt();
    const described: Subject =
      subject === undefined ? { kind: 'sbom', name: this.#documentName() } : toSubject(subject.pkg);
    return {
      subject: described,
      ...(distro === undefined ? {} : { distro }),
      packages: [...packages, ...this.#listedFiles()],
      rejected: this.rejections.all(),
      ...(createdAt === undefined ? {} : { createdAt }),
      tools: this.#tools(),
    };
  }

  #addPackage(element: JsonObject, id: string, at: string): void {
    this.#counts.packages += 1;
    let next = id;
    // An id that occurs again keeps its package, under another name: a package must not vanish because another one took its id.
    while (this.#ids.has(next)) next = `${id}#${++this.#renamed}`;
    this.#ids.add(next);
    this.#packages.push({ id: next, element, at });
  }

  #addFile(element: JsonObject, id: string, at: string): void {
    this.#counts.files += 1;
    if (findText(element, 'name') === undefined) {
      this.rejections.add(at, 'the file has no name');
      return;
    }
    const hashes = readHashes(element, at, this.rejections);
    if (Object.keys(hashes).length > 0) this.#fileHashes.set(id, hashes);
    if (this.#options.files === true) this.#files.push({ id, element, at });
  }

  #addCollection(element: JsonObject, id: string): void {
    this.#collections.set(id, element);
    for (const entry of toList(element, 'import')) {
      const imported = isObject(entry) ? findText(entry, 'externalSpdxId') : undefined;
      if (imported !== undefined) this.#imported.add(imported);
    }
  }

  #tie(from: string, relation: string, to: readonly string[], at: string): void {
    const known = [from, ...to].filter((id) => this.#knows(id, at));
    if (known.length < to.length + 1 && !known.includes(from)) return;
    if (relation === 'describes') {
      for (const id of to) this.#described.add(id);
      return;
    }
    const entry = this.#settled().get(from);
    if (entry === undefined) return;
    // One by one: a relationship may name more elements than a call takes arguments.
    for (const id of to) {
      if (needs.has(relation)) {
        entry.needs ??= new Set();
        if (this.#settled().has(id)) entry.needs.add(id);
      } else if (relation === 'hasDeclaredLicense') entry.declared.push(id);
      else if (relation === 'hasConcludedLicense') entry.concluded.push(id);
      else if (relation === 'hasDistributionArtifact') entry.artifacts.push(id);
    }
  }

  /** Well-known individuals such as `NoneElement` and listed licences are never part of a document. */
  #knows(id: string, at: string): boolean {
    if (this.#ids.has(id) || this.#imported.has(id)) return true;
    if (/^https?:\/\/spdx\.org\/(?:rdf|licenses)\//.test(id) || !isSaid(id)) return true;
    const seen = this.#dangling.get(id);
    if (seen !== undefined) seen.count += 1;
    else this.#dangling.set(id, { at, count: 1 });
    return false;
  }

  /** Packages are read when the first relationship wants them: then all agents are known. */
  #settled(): ReadonlyMap<string, PackageEntry> {
    if (this.#byId !== undefined) return this.#byId;
    const byId = new Map<string, PackageEntry>();
    for (const { id, element, at } of this.#packages) {
      const pkg = toPackage3(element, id, at, this.#packageContext());
      if (pkg !== undefined) byId.set(id, { id, pkg, needs: undefined, declared: [], concluded: [], artifacts: [] });
    }
    this.#byId = byId;
    return byId;
  }

  #packageContext() {
    return {
      foundBy: this.#tools()[0]?.name,
      agentName: (id: string) => this.#agentName(id),
      rejections: this.rejections,
    };
  }

  #toPackage({ pkg, needs: needed, declared, concluded, artifacts }: PackageEntry): Package {
    const read = (ids: readonly string[]) => ids.flatMap((id) => toLicenses(id, this.#licenses));
    const said = read(declared);
    const licenses = said.length > 0 ? said : read(concluded);
    const artifact = artifacts.map((id) => this.#fileHashes.get(id)).find((found) => found !== undefined);
    const hashes = Object.keys(pkg.hashes).length > 0 ? pkg.hashes : (artifact ?? {});
    return { ...pkg, hashes, licenses: [...new Set(licenses)], dependsOn: needed === undefined ? [] : [...needed] };
  }

  #listedFiles(): readonly Package[] {
    // What is wrong with them was said when they were added.
    const context = { ...this.#packageContext(), rejections: new Rejections() };
    return this.#files.flatMap(({ id, element, at }) => {
      const file = toPackage3(element, id, at, context);
      return file === undefined
        ? []
        : [{ ...file, kind: 'file', locations: [{ path: file.name.replace(/^(?:\.?\/)+/, '') }] }];
    });
  }

  get #document(): { readonly id: string; readonly element: JsonObject } | undefined {
    for (const [id, element] of this.#collections) if (classOf(element) === 'SpdxDocument') return { id, element };
    return undefined;
  }

  /** The one package at the root: of the document, through the collections that are its roots, or described by them. */
  #findSubject(): PackageEntry | undefined {
    const roots = new Set<string>(this.#described);
    const seen = new Set<string>();
    const document = this.#document;
    const open = document === undefined ? [...this.#collections.keys()] : [document.id];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const collection = this.#collections.get(id);
      if (collection === undefined) roots.add(id);
      else for (const root of allNamedBy(collection, 'rootElement')) open.push(root);
    }
    const packages = [...roots].flatMap((id) => this.#settled().get(id) ?? []);
    return packages.length === 1 ? packages[0] : undefined;
  }

  #documentName(): string {
    const named = [this.#document?.element, ...this.#collections.values()];
    return named.flatMap((element) => (element && findText(element, 'name')) ?? [])[0] ?? this.documentId ?? '';
  }

  #votes(): Distro | undefined {
    const votes = new DistroVotes();
    for (const { pkg } of this.#settled().values()) if (pkg.purl !== undefined) votes.add(pkg.purl);
    return votes.winner();
  }

  #creationInfo(): JsonObject | undefined {
    const [first] = this.#collections.values();
    const element = this.#document?.element ?? first ?? this.#packages[0]?.element;
    return element && resolve(element, 'creationInfo', this.#shared);
  }

  #createdAt(): string | undefined {
    const info = this.#creationInfo();
    const created = info && findText(info, 'created');
    if (created === undefined) return undefined;
    if (/^\d{4}-\d\d-\d\d/.test(created) && !Number.isNaN(Date.parse(created))) return created;
    this.rejections.add('/@graph', `not a date: ${quoted(created)}`);
    return undefined;
  }

  #tools(): Inventory['tools'] {
    const info = this.#creationInfo();
    if (info === undefined) return [];
    return [...toList(info, 'createdUsing'), ...toList(info, 'createdBy')].flatMap((value) => {
      const element = isObject(value) ? value : this.#shared.get(typeof value === 'string' ? value : '');
      const type = element && classOf(element);
      const name = element && findText(element, 'name');
      if (name === undefined || (type !== 'Tool' && type !== 'SoftwareAgent')) return [];
      return findTool(`Tool: ${name}`) ?? [];
    });
  }

  #agentName(id: string): string | undefined {
    const agent = this.#shared.get(id);
    return agent && findText(agent, 'name');
  }
}

function toAffected(pkg: Package | undefined): Finding['package'] | undefined {
  if (pkg === undefined) return undefined;
  const { ref, name, version, purl, locations } = pkg;
  return { ref, name, version, ...(purl === undefined ? {} : { purl }), locations };
}
