import type { JsonObject, JsonValue } from '../../json/value.ts';
import type { Rejections } from '../rejections.ts';
import { quoted } from '../said.ts';
import {
  annotationFields,
  creationFields,
  documentFields,
  type Field,
  fileFields,
  type ListField,
  licenseFields,
  packageFields,
  relationshipFields,
  reviewFields,
  type SingleField,
  snippetFields,
} from './tag-value-fields.ts';
import { type TagValue, tagValueLines } from './tag-value-lines.ts';

/** A tag-value document in the shape of its JSON form, so that one reader and one set of rules serve both. */
export interface TagValueDocument {
  readonly document: JsonObject;
  /** The line on which each element of the document's arrays starts. */
  readonly lines: ReadonlyMap<JsonValue, number>;
}

/** An object while its tags come in. A Map, for names from outside. */
type Draft = Map<string, JsonValue>;

type Section = 'document' | 'packages' | 'files' | 'snippets' | 'hasExtractedLicensingInfos';

const sectionFields: Readonly<Record<Section, Readonly<Record<string, Field>>>> = {
  document: documentFields,
  packages: packageFields,
  files: fileFields,
  snippets: snippetFields,
  hasExtractedLicensingInfos: licenseFields,
};

/** Tags that start an element: the array it belongs to, and the member that the value fills. */
const starts: Readonly<Record<string, readonly [Exclude<Section, 'document'>, string]>> = {
  PackageName: ['packages', 'name'],
  FileName: ['files', 'fileName'],
  SnippetSPDXID: ['snippets', 'SPDXID'],
  LicenseID: ['hasExtractedLicensingInfos', 'licenseId'],
};

/** Reads a whole tag-value document. What is no tag, or not one of its section, is rejected under its line. */
export function readTagValueDocument(text: string, rejections: Rejections): TagValueDocument {
  const builder = new DocumentBuilder(rejections);
  for (const entry of tagValueLines(text)) {
    if ('why' in entry) rejections.add(`line ${entry.line}`, entry.why);
    else builder.add(entry);
  }
  return builder.finish();
}

class DocumentBuilder {
  readonly #rejections: Rejections;
  readonly #head: Draft = new Map();
  readonly #creation: Draft = new Map();
  readonly #elements = new Map<Section, { readonly draft: Draft; readonly line: number }[]>();
  readonly #relationships: { readonly draft: Draft; readonly line: number }[] = [];
  readonly #annotations: { readonly draft: Draft; readonly line: number }[] = [];
  readonly #reviews: Draft[] = [];
  #section: Section = 'document';
  #element: Draft = this.#head;
  /** What a following comment, date or type belongs to. */
  #aside: { readonly fields: Readonly<Record<string, Field>>; readonly draft: Draft } | undefined;

  constructor(rejections: Rejections) {
    this.#rejections = rejections;
  }

  add(entry: TagValue): void {
    const start = Object.hasOwn(starts, entry.tag) ? starts[entry.tag] : undefined;
    if (start !== undefined) this.#start(start[0], start[1], entry);
    else if (entry.tag === 'Relationship') this.#addRelationship(entry);
    else if (entry.tag === 'Annotator') this.#addAnnotation(entry);
    else if (entry.tag === 'Reviewer') this.#addReview(entry);
    else this.#addField(entry);
  }

  finish(): TagValueDocument {
    const lines = new Map<JsonValue, number>();
    const keep = ({ draft, line }: { readonly draft: Draft; readonly line: number }): JsonObject => {
      const object = Object.fromEntries(draft);
      lines.set(object, line);
      return object;
    };
    this.#attachAnnotations();
    const arrays = Array.from(this.#elements, ([name, list]): [string, JsonValue] => [name, list.map(keep)]);
    return {
      document: Object.fromEntries([
        ...this.#head,
        ...(this.#creation.size === 0 ? [] : [['creationInfo', Object.fromEntries(this.#creation)] as const]),
        ...arrays,
        ...(this.#relationships.length === 0 ? [] : [['relationships', this.#relationships.map(keep)] as const]),
        ...(this.#reviews.length === 0
          ? []
          : [['revieweds', this.#reviews.map((draft) => Object.fromEntries(draft))] as const]),
      ]),
      lines,
    };
  }

  #start(section: Exclude<Section, 'document'>, key: string, { value, line }: TagValue): void {
    const draft: Draft = new Map([[key, value]]);
    const list = this.#elements.get(section);
    if (list === undefined) this.#elements.set(section, [{ draft, line }]);
    else list.push({ draft, line });
    this.#section = section;
    this.#element = draft;
    this.#aside = undefined;
  }

  /** `SPDXRef-A TYPE SPDXRef-B`. Source: SPDX 2.3 §11.1. */
  #addRelationship({ value, line }: TagValue): void {
    const [from = '', type = '', to = ''] = value.trim().split(/\s+/, 3);
    const draft: Draft = new Map([
      ['spdxElementId', from],
      ['relationshipType', type],
      ['relatedSpdxElement', to],
    ]);
    this.#relationships.push({ draft, line });
    this.#aside = { fields: relationshipFields, draft };
  }

  #addAnnotation({ value, line }: TagValue): void {
    const draft: Draft = new Map([['annotator', value]]);
    this.#annotations.push({ draft, line });
    this.#aside = { fields: annotationFields, draft };
  }

  #addReview({ value }: TagValue): void {
    const draft: Draft = new Map([['reviewer', value]]);
    this.#reviews.push(draft);
    this.#aside = { fields: reviewFields, draft };
  }

  #addField(entry: TagValue): void {
    const { tag } = entry;
    if (this.#aside !== undefined && Object.hasOwn(this.#aside.fields, tag)) {
      this.#set(this.#aside.draft, this.#aside.fields[tag], entry);
    } else if (Object.hasOwn(creationFields, tag)) {
      this.#set(this.#creation, creationFields[tag], entry);
    } else if (Object.hasOwn(sectionFields[this.#section], tag)) {
      this.#set(this.#element, sectionFields[this.#section][tag], entry);
    } else if (tag !== 'SPDXID' && Object.hasOwn(documentFields, tag)) {
      // A document's own tags may also follow its elements.
      this.#set(this.#head, documentFields[tag], entry);
    } else {
      this.#rejections.add(`line ${entry.line}`, `the tag ${quoted(tag)} does not belong here`);
    }
  }

  #set(draft: Draft, field: Field | undefined, { tag, value, line }: TagValue): void {
    if (field === undefined) return;
    if (isSingle(field)) {
      if (draft.has(field.key))
        this.#rejections.add(`line ${line}`, `the tag ${quoted(tag)} occurs again; the last one counts`);
      draft.set(field.key, toValue(field, value));
      return;
    }
    const list = listOf(draft, field.key);
    if (field.is === 'external-ref-comment') {
      const last = list.pop();
      if (last === undefined) this.#rejections.add(`line ${line}`, 'the comment follows no reference');
      else list.push({ ...(last as JsonObject), comment: value });
      return;
    }
    const item = toItem(field, value);
    if (item === undefined) this.#rejections.add(`line ${line}`, `${quoted(value)} is not a value of ${tag}`);
    else list.push(item);
  }

  /** An annotation names its element; without a name it is the document's. Source: SPDX 2.3 §12.4. */
  #attachAnnotations(): void {
    const byId = new Map<JsonValue | undefined, Draft>([['SPDXRef-DOCUMENT', this.#head]]);
    for (const section of ['packages', 'files', 'snippets'] as const) {
      for (const { draft } of this.#elements.get(section) ?? []) {
        const id = draft.get('SPDXID');
        if (!byId.has(id)) byId.set(id, draft);
      }
    }
    for (const { draft, line } of this.#annotations) {
      const id = draft.get('SPDXREF') ?? 'SPDXRef-DOCUMENT';
      draft.delete('SPDXREF');
      const target = byId.get(id);
      if (target === undefined)
        this.#rejections.add(`line ${line}`, `the annotation names ${quoted(String(id))}, which is not there`);
      else listOf(target, 'annotations').push(Object.fromEntries(draft));
    }
  }
}

function isSingle(field: Field): field is SingleField {
  return field.is === 'text' || field.is === 'boolean' || field.is === 'verification-code';
}

function listOf(draft: Draft, key: string): JsonValue[] {
  // Lists of a draft are made here and nowhere else, so they may grow.
  const list = draft.get(key) as JsonValue[] | undefined;
  if (list !== undefined) return list;
  const made: JsonValue[] = [];
  draft.set(key, made);
  return made;
}

/** Source: SPDX 2.3 §7.8 for booleans, §7.9 for `HEX (excludes: ./a, ./b)`. */
function toValue(field: SingleField, value: string): JsonValue {
  if (field.is === 'text') return value;
  if (field.is === 'boolean') return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : value;
  const parts = /^(\S+)\s*\(excludes:\s*([^)]*)\)\s*$/i.exec(value);
  if (parts === null) return { packageVerificationCodeValue: value };
  return {
    packageVerificationCodeValue: parts[1] ?? '',
    packageVerificationCodeExcludedFiles: (parts[2] ?? '').split(',').map((name) => name.trim()),
  };
}

function toItem(field: ListField, value: string): JsonValue | undefined {
  if (field.is === 'texts') return value;
  if (field.is === 'checksum') return toChecksum(value);
  if (field.is === 'range') {
    const range = /^(\d+)\s*:\s*(\d+)$/.exec(value);
    return range === null
      ? undefined
      : { startPointer: { [field.unit]: Number(range[1]) }, endPointer: { [field.unit]: Number(range[2]) } };
  }
  const [first, second, ...rest] = value.trim().split(/\s+/);
  if (first === undefined || second === undefined) return undefined;
  if (field.is === 'external-document') {
    const checksum = toChecksum(rest.join(' '));
    return checksum && { externalDocumentId: first, spdxDocument: second, checksum };
  }
  return { referenceCategory: first, referenceType: second, referenceLocator: rest.join(' ') };
}

/** `SHA1: HEX`. Source: SPDX 2.3 §7.10. */
function toChecksum(value: string): JsonValue | undefined {
  const parts = /^([A-Za-z0-9-]+)\s*:\s*(\S+)$/.exec(value);
  return parts === null ? undefined : { algorithm: parts[1] ?? '', checksumValue: parts[2] ?? '' };
}
