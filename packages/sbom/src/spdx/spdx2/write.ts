import { createHash } from 'node:crypto';
import { AssayError, type Finding, type Inventory } from '@assay/contract';
import type { JsonObject } from '../../json/value.ts';
import type { SbomInput } from '../../sbom-input.ts';
import { differences, formatKept } from '../kept-model.ts';
import { Rejections } from '../rejections.ts';
import { isSaid } from '../said.ts';
import { findTool, formatTool } from './creation-info.ts';
import { documentId, toElementId, toPackageIds } from './element-ids.ts';
import { toDeclaredLicenses } from './license-names.ts';
import { toSpdx22 } from './to-spdx22.ts';
import { type PackageWriter, packageWriter } from './write-package.ts';

/** Namespaces of our documents begin like this. Source: SPDX 2.3 §6.5: unique, absolute, without `#`. */
const namespaceStem = 'https://assay.dev/spdx/';

/** Lines per chunk: few enough to stream, enough to be quick. */
const linesPerChunk = 256;

/**
 * Writes SPDX 2.2 or 2.3 in JSON, in chunks; the same input gives the same bytes. What SPDX has no field for is kept in one annotation
 * per package, so that reading back gives the same inventory; `rejected` is told in the document's comment. Findings become references to their advisories: see `spdxTraits`.
 * Throws OPTION_INVALID for a creation date that is none.
 */
export function* writeSpdx(input: SbomInput, options: { readonly version: '2.2' | '2.3' }): Generator<string> {
  yield* inChunks(documentLines(new DocumentWriter(input), options.version));
}

function* documentLines(writer: DocumentWriter, version: '2.2' | '2.3'): Generator<string> {
  yield writer.head(version);
  yield ',\n"packages":[\n';
  let separator = '';
  for (const element of writer.packages()) {
    yield `${separator}${JSON.stringify(version === '2.2' ? toSpdx22(element) : element)}`;
    separator = ',\n';
  }
  yield '\n],\n"relationships":[\n';
  separator = '';
  for (const [spdxElementId, relationshipType, relatedSpdxElement] of writer.relationships()) {
    yield `${separator}${JSON.stringify({ spdxElementId, relationshipType, relatedSpdxElement })}`;
    separator = ',\n';
  }
  yield '\n]\n}\n';
}

function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    chunk.push(line);
    if (chunk.length < linesPerChunk) continue;
    yield chunk.join('');
    chunk = [];
  }
  if (chunk.length > 0) yield chunk.join('');
}

type Relationship = readonly [from: string, type: string, to: string];

class DocumentWriter {
  readonly #input: SbomInput;
  readonly #created: string;
  readonly #tools: Inventory['tools'];
  readonly #rootId: string;
  readonly #distroId: string | undefined;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #write: PackageWriter;
  readonly #licenses: ReadonlyMap<string, string>;

  constructor(input: SbomInput) {
    const { inventory } = input;
    this.#input = input;
    this.#created = toSpdxDate(input.createdAt);
    this.#tools = toolsOf(input);
    this.#rootId = toElementId(rootKinds[inventory.subject.kind], inventory.subject.name);
    this.#distroId = inventory.distro && toElementId('OperatingSystem', inventory.distro.id);
    this.#ids = toPackageIds(
      inventory.packages,
      new Set([documentId, this.#rootId, ...(this.#distroId === undefined ? [] : [this.#distroId])]),
    );
    this.#licenses = describedLicenses(inventory);
    this.#write = packageWriter({
      created: this.#created,
      annotator: formatTool(input.tool),
      plain: {
        licenseNames: new Map([...this.#licenses].filter(([, name]) => isSaid(name))),
        // What a reader will take for the producer.
        foundBy: findTool(formatTool(this.#tools[0] ?? input.tool))?.name,
        rejections: new Rejections(),
      },
      findings: findingsByRef(input.findings ?? []),
    });
  }

  head(version: '2.2' | '2.3'): string {
    const { inventory, tool } = this.#input;
    const keptTools = differences(
      { tools: this.#tools.flatMap((entry) => findTool(formatTool(entry)) ?? []) },
      { tools: this.#tools },
    );
    const head = {
      spdxVersion: `SPDX-${version}`,
      dataLicense: 'CC0-1.0',
      SPDXID: documentId,
      name: inventory.subject.name === '' ? 'NOASSERTION' : inventory.subject.name,
      documentNamespace: this.#namespace(),
      creationInfo: { created: this.#created, creators: this.#tools.map(formatTool) },
      ...(inventory.rejected.length === 0
        ? {}
        : { comment: `Incomplete: ${inventory.rejected.length} entries of the source could not be understood.` }),
      ...(Object.keys(keptTools).length === 0
        ? {}
        : { annotations: [annotation(this.#created, formatTool(tool), formatKept(keptTools))] }),
      ...(this.#licenses.size === 0
        ? {}
        : {
            hasExtractedLicensingInfos: Array.from(this.#licenses, ([licenseId, name]) => ({
              licenseId,
              extractedText: 'NOASSERTION',
              name,
            })),
          }),
    };
    return JSON.stringify(head, undefined, 1).slice(0, -2);
  }

  *packages(): Generator<JsonObject> {
    const { inventory } = this.#input;
    yield this.#write.subject(inventory.subject, this.#rootId);
    if (inventory.distro !== undefined && this.#distroId !== undefined) {
      yield this.#write.distro(inventory.distro, this.#distroId);
    }
    for (const pkg of inventory.packages) yield this.#write.package(pkg, this.#id(pkg.ref), this.#ids);
  }

  *relationships(): Generator<Relationship> {
    yield [documentId, 'DESCRIBES', this.#rootId];
    if (this.#distroId !== undefined) yield [this.#rootId, 'CONTAINS', this.#distroId];
    for (const { ref } of this.#input.inventory.packages) yield [this.#rootId, 'CONTAINS', this.#id(ref)];
    for (const { ref, dependsOn } of this.#input.inventory.packages) {
      for (const needed of dependsOn) {
        const id = this.#ids.get(needed);
        if (id !== undefined) yield [this.#id(ref), 'DEPENDS_ON', id];
      }
    }
  }

  #id(ref: string): string {
    const id = this.#ids.get(ref);
    if (id === undefined) throw new AssayError('INTERNAL', `no id was made for ${ref}`);
    return id;
  }

  #namespace(): string {
    const { serialNumber, inventory } = this.#input;
    const name =
      inventory.subject.name.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-+|-+$/g, '') || inventory.subject.kind;
    const uuid = /^urn:uuid:([0-9a-f-]{36})$/i.exec(serialNumber ?? '')?.[1]?.toLowerCase() ?? contentId(this.#input);
    return `${namespaceStem}${name.slice(0, 100)}-${uuid}`;
  }
}

/** Prefixes of the root's id; Syft's words, which other readers know. */
const rootKinds: Readonly<Record<Inventory['subject']['kind'], string>> = {
  image: 'DocumentRoot-Image',
  directory: 'DocumentRoot-Directory',
  file: 'DocumentRoot-File',
  sbom: 'DocumentRoot-Sbom',
  application: 'DocumentRoot-Application',
};

/** An annotation of ours. Source: SPDX 2.3 clause 12. */
export function annotation(created: string, annotator: string, comment: string): JsonObject {
  return { annotationDate: created, annotationType: 'OTHER', annotator, comment };
}

/** `YYYY-MM-DDThh:mm:ssZ`. Source: SPDX 2.3 §6.9. */
function toSpdxDate(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new AssayError('OPTION_INVALID', `not a date: ${JSON.stringify(text)}`);
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The writing tool first, then those that made the inventory. */
function toolsOf({ inventory, tool }: SbomInput): Inventory['tools'] {
  const others = inventory.tools.filter(({ name, version }) => name !== tool.name || version !== tool.version);
  return [tool, ...others];
}

function describedLicenses(inventory: Inventory): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const { licenses } of inventory.packages) {
    if (licenses.length === 0) continue;
    for (const [id, name] of toDeclaredLicenses(licenses).described) all.set(id, name);
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function findingsByRef(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  return Map.groupBy(findings, ({ package: { ref } }) => ref);
}

/** A version 8 UUID of everything that goes in. Source: RFC 9562 §5.8. */
function contentId(input: SbomInput): string {
  const hash = createHash('sha256');
  const { packages, ...rest } = input.inventory;
  hash.update(JSON.stringify([input.createdAt, input.tool, rest]));
  for (const pkg of packages) hash.update(JSON.stringify(pkg));
  for (const finding of input.findings ?? []) hash.update(JSON.stringify(finding));
  const hex = hash.digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
