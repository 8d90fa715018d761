import {
  findMember,
  findText,
  isObject,
  type JsonObject,
  type JsonValue,
  toList,
  toObjects,
} from '../../json/value.ts';
import { findLicenseExpression, isLicenseRef, licensesOf } from '../license-expression.ts';
import { placeUnder } from '../rejections.ts';
import { isSaid, kindOf, quoted } from '../said.ts';
import type { Spdx2Version } from '../spdx2/terms.ts';
import { checkShape, type Problems, type Shape } from './checks.ts';
import { spdx2Shapes } from './spdx2-shapes.ts';

const arrays = ['packages', 'files', 'snippets', 'relationships'] as const;
type Arrays = (typeof arrays)[number];

/** Checks a whole document of SPDX 2: its shape, and that what it names is there. Source: SPDX 2.3. */
export function checkSpdx2(document: JsonObject, version: Spdx2Version, problems: Problems): void {
  const shapes = spdx2Shapes(version);
  const byArray: Readonly<Record<Arrays, Shape>> = {
    packages: shapes.package,
    files: shapes.file,
    snippets: shapes.snippet,
    relationships: shapes.relationship,
  };
  const isHead = ([name]: [string, unknown]) => !arrays.some((array) => array === name);
  checkShape(Object.fromEntries(Object.entries(document).filter(isHead)), shapes.document, '', problems);
  const names = new Names(document, problems);
  for (const array of arrays) {
    const list = findMember(document, array);
    if (list === undefined) continue;
    if (!Array.isArray(list)) {
      problems.add(`/${array}`, `expected a list, not ${kindOf(list)}`);
      continue;
    }
    for (const [index, element] of list.entries())
      checkElement(element, byArray[array], `/${array}/${index}`, problems);
  }
  names.check();
}

function checkElement(element: JsonValue, shape: Shape, at: string, problems: Problems): void {
  if (!isObject(element)) {
    problems.add(at, `expected an object, not ${kindOf(element)}`);
    return;
  }
  checkShape(element, shape, at, problems);
  if (element.filesAnalyzed === false && Object.hasOwn(element, 'packageVerificationCode')) {
    problems.add(
      placeUnder(at, 'packageVerificationCode'),
      'files were not analyzed, so there is no code (SPDX 2.3 §7.9)',
    );
  }
}

/** Members whose value is a licence expression, or a list of them. */
const licenseMembers = [
  ...['licenseConcluded', 'licenseDeclared', 'licenseInfoFromFiles', 'licenseInfoInFiles', 'licenseInfoInSnippets'],
];

/** What is defined and what is used in a document. */
class Names {
  readonly #document: JsonObject;
  readonly #problems: Problems;
  readonly #elements = new Set(['SPDXRef-DOCUMENT']);
  readonly #documents: ReadonlySet<string>;
  readonly #licenses: ReadonlySet<string>;

  constructor(document: JsonObject, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
    for (const array of ['packages', 'files', 'snippets'] as const) {
      for (const [index, element] of toList(document, array).entries())
        this.#define(element, `/${array}/${index}/SPDXID`);
    }
    const ids = (array: string, key: string) =>
      new Set(toObjects(document, array).flatMap((entry) => findText(entry, key) ?? []));
    this.#documents = ids('externalDocumentRefs', 'externalDocumentId');
    this.#licenses = ids('hasExtractedLicensingInfos', 'licenseId');
  }

  check(): void {
    for (const [index, id] of toList(this.#document, 'documentDescribes').entries())
      this.#use(id, `/documentDescribes/${index}`);
    for (const [index, relationship] of toList(this.#document, 'relationships').entries()) {
      if (!isObject(relationship)) continue;
      for (const key of ['spdxElementId', 'relatedSpdxElement'])
        this.#use(findMember(relationship, key), `/relationships/${index}/${key}`);
    }
    for (const array of ['packages', 'files', 'snippets'] as const) {
      for (const [index, element] of toList(this.#document, array).entries()) {
        if (isObject(element)) this.#checkElement(element, `/${array}/${index}`);
      }
    }
  }

  #define(element: JsonValue, at: string): void {
    const id = isObject(element) ? findText(element, 'SPDXID') : undefined;
    if (id === undefined) return;
    if (this.#elements.has(id)) this.#problems.add(at, `${quoted(id)} is used twice (SPDX 2.3 §7.2: unique)`);
    this.#elements.add(id);
  }

  #checkElement(element: JsonObject, at: string): void {
    for (const key of ['hasFiles', 'fileDependencies', 'snippetFromFile']) {
      for (const id of toList(element, key)) this.#use(id, placeUnder(at, key));
    }
    for (const key of licenseMembers) {
      for (const text of toList(element, key))
        if (typeof text === 'string') this.#useLicenses(text, placeUnder(at, key));
    }
  }

  #use(id: JsonValue | undefined, at: string): void {
    if (typeof id !== 'string' || !isSaid(id) || this.#elements.has(id)) return;
    const colon = id.indexOf(':');
    if (colon < 0) this.#problems.add(at, `${quoted(id)} is not in the document`);
    else if (!this.#documents.has(id.slice(0, colon))) {
      this.#problems.add(at, `${quoted(id.slice(0, colon))} is not among the external documents (SPDX 2.3 §6.6)`);
    }
  }

  #useLicenses(text: string, at: string): void {
    const expression = isSaid(text) ? findLicenseExpression(text) : undefined;
    if (expression === undefined) return;
    for (const id of licensesOf(expression)) {
      if (isLicenseRef(id) && !id.includes(':') && !this.#licenses.has(id)) {
        this.#problems.add(at, `${quoted(id)} is not described in the document (SPDX 2.3 §10.1)`);
      }
    }
  }
}
