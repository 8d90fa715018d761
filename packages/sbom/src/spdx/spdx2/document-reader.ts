import type { Distro, Inventory, Package, Subject } from '@assay/contract';
import {
  findMember,
  findObject,
  findText,
  isObject,
  type JsonObject,
  type JsonValue,
  toList,
} from '../../json/value.ts';
import { DistroVotes, toDistro } from '../distro-names.ts';
import {
  findKept,
  findKeptTools,
  type Kept,
  roleOf,
  withKeptDistro,
  withKeptPackage,
  withKeptSubject,
} from '../kept-model.ts';
import { placeUnder, Rejections } from '../rejections.ts';
import { findString, isSaid, kindOf, quoted } from '../said.ts';
import { readDate, readTools } from './creation-info.ts';
import { relationshipTypes } from './terms.ts';
import { annotationComments, readLicenses, toPackage } from './to-package.ts';
import { isOnlySubject, toSubject } from './to-subject.ts';

/** How many entries of each kind the document holds, understood or not. */
export interface SpdxCounts {
  readonly packages: number;
  readonly files: number;
  readonly snippets: number;
  readonly relationships: number;
}

export interface SpdxReadOptions {
  /** Lists the document's files as packages of kind `file`. They outnumber packages three to one, so not by default. */
  readonly files?: boolean;
}

/** The arrays of a document that can be long, in the order that a reader wants them: relationships name the others. */
export const spdx2Arrays = ['packages', 'files', 'snippets', 'relationships'] as const;
export type Spdx2Array = (typeof spdx2Arrays)[number];

interface Entry {
  readonly spdxId: string;
  readonly kept: Kept | undefined;
  readonly at: string;
  pkg: Package;
  needs: Set<string> | undefined;
}

/**
 * Builds the inventory of an SPDX 2 document from its elements, one at a time. Packages, files and snippets must come before
 * relationships. Every pass is linear in what it is given. Source: SPDX 2.3.
 */
export class Spdx2DocumentReader {
  readonly rejections = new Rejections();
  readonly #head: JsonObject;
  readonly #tools: Inventory['tools'];
  readonly #licenseNames: ReadonlyMap<string, string>;
  readonly #options: SpdxReadOptions;
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();
  readonly #fileNames = new Map<string, string>();
  readonly #snippetIds = new Set<string>();
  readonly #files: Package[] = [];
  readonly #refs = new Set<string>();
  readonly #described = new Set<string>();
  readonly #dangling = new Map<string, { readonly at: string; count: number }>();
  readonly #votes = new DistroVotes();
  #renamed = 1;
  readonly #counts = { packages: 0, files: 0, snippets: 0, relationships: 0 };

  /** `head` is the document without its long arrays. */
  constructor(head: JsonObject, options: SpdxReadOptions = {}) {
    this.#head = head;
    this.#options = options;
    this.#tools = readTools(findObject(head, 'creationInfo'), this.rejections);
    this.#licenseNames = readLicenseNames(head, this.rejections);
    for (const id of toList(head, 'documentDescribes')) if (typeof id === 'string') this.#described.add(id);
  }

  get counts(): SpdxCounts {
    return { ...this.#counts };
  }

  add(array: Spdx2Array, value: JsonValue, at: string): void {
    this.#counts[array] += 1;
    if (array === 'packages') this.#addPackage(value, at);
    else if (array === 'files') this.#addFile(value, at);
    else if (array === 'snippets') this.#addSnippet(value, at);
    else this.#addRelationship(value, at);
  }

  /** The inventory of all that was added. */
  finish(): Inventory {
    for (const [id, { at, count }] of this.#dangling) {
      const more = count > 1 ? `; ${count} relationships do` : '';
      this.rejections.add(at, `the relationship names ${quoted(id)}, which the document does not have${more}`);
    }
    const refs = this.#settleRefs();
    const subject = this.#findSubject();
    const os = this.#findDistroEntry();
    // Our own documents name the distribution wherever the inventory did; others often leave it to the package URLs.
    const voted = roleOf(subject?.kept) === 'subject' ? undefined : this.#votes.winner();
    const distro = os === undefined ? voted : this.#toDistro(os);
    const isPart = (entry: Entry) => entry !== os && (entry !== subject || !this.#isOnlySubject(entry));
    const packages = this.#entries.filter(isPart).map((entry) => this.#toPackage(entry, refs));
    const createdAt = readDate(findObject(this.#head, 'creationInfo'), this.rejections);
    const inventory = {
      subject: subject === undefined ? this.#documentAsSubject() : this.#toSubject(subject),
      ...(distro === undefined ? {} : { distro }),
      packages: [...packages, ...this.#files],
      ...(createdAt === undefined ? {} : { createdAt }),
      tools: this.#keptTools() ?? this.#tools,
    };
    return { ...inventory, rejected: this.rejections.all() };
  }

  #keptTools(): Inventory['tools'] | undefined {
    const kept = this.#findKept(this.#head, '');
    return kept && findKeptTools(kept, this.#complain('/annotations'));
  }

  #addPackage(value: JsonValue, at: string): void {
    const spdxId = isObject(value) ? findText(value, 'SPDXID') : undefined;
    const id = this.#unique(spdxId ?? `SPDXRef-Package-${this.#counts.packages}`);
    const pkg = toPackage(value, id, at, {
      licenseNames: this.#licenseNames,
      foundBy: this.#tools[0]?.name,
      rejections: this.rejections,
    });
    if (pkg === undefined || !isObject(value)) return;
    const entry: Entry = { spdxId: id, kept: this.#findKept(value, at), at, pkg, needs: undefined };
    this.#entries.push(entry);
    this.#byId.set(id, entry);
    if (pkg.purl !== undefined) this.#votes.add(pkg.purl);
  }

  /** Ids that occur again keep their entries: a package must not vanish because another one took its name. */
  #unique(id: string): string {
    let next = id;
    // The number only grows, so that a hostile choice of ids costs no more than one look for each of them.
    while (this.#byId.has(next)) next = `${id}-${++this.#renamed}`;
    return next;
  }

  #findKept(raw: JsonObject, at: string): Kept | undefined {
    for (const annotation of annotationComments(raw, at)) {
      const kept = findKept(annotation.comment);
      if (typeof kept === 'string') this.rejections.add(annotation.at, kept);
      else if (kept !== undefined) return kept;
    }
    return undefined;
  }

  #addFile(value: JsonValue, at: string): void {
    const name = isObject(value) ? findString(value, 'fileName') : undefined;
    if (!isObject(value) || !name) {
      this.rejections.add(
        at,
        isObject(value) ? 'the file has no name' : `a file is expected to be an object, not ${kindOf(value)}`,
      );
      return;
    }
    const id = findText(value, 'SPDXID') ?? `SPDXRef-File-${this.#counts.files}`;
    this.#fileNames.set(id, name);
    if (this.#options.files !== true) return;
    const path = name.replace(/^(?:\.?\/)+/, '');
    const plain = toPackage({ ...value, name }, this.#unique(id), at, {
      licenseNames: this.#licenseNames,
      foundBy: this.#tools[0]?.name,
      rejections: this.rejections,
    });
    if (plain === undefined) return;
    this.#files.push({
      ...plain,
      kind: 'file',
      locations: [{ path }],
      licenses: readLicenses(value, this.#licenseNames),
    });
  }

  #addSnippet(value: JsonValue, at: string): void {
    const id = isObject(value) ? findText(value, 'SPDXID') : undefined;
    if (id === undefined) this.rejections.add(at, 'the snippet has no SPDXID');
    else this.#snippetIds.add(id);
  }

  #addRelationship(value: JsonValue, at: string): void {
    const from = isObject(value) ? findString(value, 'spdxElementId') : undefined;
    const to = isObject(value) ? findString(value, 'relatedSpdxElement') : undefined;
    const written = isObject(value) ? findString(value, 'relationshipType') : undefined;
    if (!from || !to || !written) {
      this.rejections.add(at, 'the relationship lacks one of its elements or its type');
      return;
    }
    // Tag-value and old JSON also write the types in lower or camel case; `_` parts the words of all of them.
    const type = written.toUpperCase();
    if (!relationshipTypes.has(type)) {
      this.rejections.add(at, `${quoted(written)} is not a type of relationship`);
      return;
    }
    if (!this.#knows(from, at) || !this.#knows(to, at)) return;
    if (type === 'DESCRIBES' && from === 'SPDXRef-DOCUMENT') this.#described.add(to);
    if (type === 'DESCRIBED_BY' && to === 'SPDXRef-DOCUMENT') this.#described.add(from);
    const need = relationshipTypes.get(type);
    if (need === undefined) return;
    const [dependent, dependency] = need === 'from' ? [from, to] : [to, from];
    const entry = this.#byId.get(dependent);
    if (entry === undefined || !this.#byId.has(dependency)) return;
    entry.needs ??= new Set();
    entry.needs.add(dependency);
  }

  #knows(id: string, at: string): boolean {
    if (this.#byId.has(id) || this.#fileNames.has(id) || this.#snippetIds.has(id)) return true;
    if (id === 'SPDXRef-DOCUMENT' || id.startsWith('DocumentRef-') || !isSaid(id)) return true;
    const seen = this.#dangling.get(id);
    if (seen !== undefined) seen.count += 1;
    else this.#dangling.set(id, { at, count: 1 });
    return false;
  }

  /** Documents of our own keep the refs of the inventory; they hold while they are unique. */
  #settleRefs(): ReadonlyMap<string, string> {
    const refs = new Map<string, string>();
    for (const { spdxId, kept } of this.#entries) {
      const ref = kept === undefined ? undefined : findMember(kept, 'ref');
      const next = typeof ref === 'string' && ref !== '' && !this.#refs.has(ref) ? ref : spdxId;
      refs.set(spdxId, next);
      this.#refs.add(next);
    }
    return refs;
  }

  #toPackage({ spdxId, kept, at, pkg, needs }: Entry, refs: ReadonlyMap<string, string>): Package {
    const ref = refs.get(spdxId) ?? spdxId;
    const dependsOn = needs === undefined ? [] : Array.from(needs, (id) => refs.get(id) ?? id);
    const plain: Package = { ...pkg, ref, dependsOn };
    if (kept === undefined) return plain;
    return { ...withKeptPackage(plain, kept, this.#complain(at)), ref };
  }

  #findSubject(): Entry | undefined {
    const named = this.#entries.find(({ kept }) => roleOf(kept) === 'subject');
    if (named !== undefined || this.#described.size !== 1) return named;
    const [only = ''] = this.#described;
    return this.#byId.get(only);
  }

  #isOnlySubject({ kept, pkg }: Entry): boolean {
    return roleOf(kept) === 'subject' || isOnlySubject(pkg);
  }

  #toSubject({ kept, at, pkg }: Entry): Subject {
    const plain = toSubject(pkg);
    return kept === undefined || roleOf(kept) !== 'subject' ? plain : withKeptSubject(plain, kept, this.#complain(at));
  }

  #documentAsSubject(): Subject {
    return { kind: 'sbom', name: findText(this.#head, 'name') ?? '' };
  }

  /** The operating system is the one package of that purpose without a package URL: it is where others come from. */
  #findDistroEntry(): Entry | undefined {
    return (
      this.#entries.find(({ kept }) => roleOf(kept) === 'distro') ??
      this.#entries.find(
        ({ kept, pkg }) =>
          roleOf(kept) === undefined &&
          pkg.kind === 'operating-system' &&
          pkg.purl === undefined &&
          !isOnlySubject(pkg),
      )
    );
  }

  #toDistro({ kept, at, pkg }: Entry): Distro {
    const plain = toDistro(pkg.name, pkg.version);
    return kept === undefined ? plain : withKeptDistro(plain, kept, this.#complain(at));
  }

  #complain(at: string): (field: string) => void {
    return (field) => this.rejections.add(at, `the annotation's field ${quoted(field)} is not of its type`);
  }
}

/** The names of licences that the document describes itself. Source: SPDX 2.3 clause 10. */
function readLicenseNames(head: JsonObject, rejections: Rejections): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [index, entry] of toList(head, 'hasExtractedLicensingInfos').entries()) {
    const id = isObject(entry) ? findText(entry, 'licenseId') : undefined;
    const name = isObject(entry) ? findText(entry, 'name') : undefined;
    if (id === undefined) {
      rejections.add(placeUnder('', 'hasExtractedLicensingInfos', index), 'the licence has no id');
    } else if (isSaid(name)) names.set(id, name);
  }
  return names;
}
