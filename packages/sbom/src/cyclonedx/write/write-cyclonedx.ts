import { AssayError, type Finding, type Inventory, type Package } from '@assay/contract';
import { type CycloneDxTraits, cycloneDxJson } from '../../formats.ts';
import type { JsonObject } from '../../json/value.ts';
import type { SbomInput } from '../../sbom-input.ts';
import type { DocumentParts } from './document-parts.ts';
import { fitText } from './fit-text.ts';
import { fitsDate } from './fits.ts';
import { printJson } from './print-json.ts';
import { printXml } from './print-xml.ts';
import { Refs } from './refs.ts';
import { toSerialNumber } from './serial-number.ts';
import { toComponent, toDistroComponent, toSubjectComponent, type WriteContext } from './to-component.ts';
import { groupFindings, type Target, toVulnerability } from './to-vulnerability.ts';

export interface WriteOptions {
  readonly version: '1.4' | '1.5' | '1.6' | '1.7';
  readonly encoding: 'json' | 'xml';
}

/**
 * Writes CycloneDX in chunks. The same input gives the same bytes; reading them gives the same model, whatever the version: what it has
 * no place for is kept in properties named `assay:…`. Throws SBOM_VERSION.
 */
export function writeCycloneDx(input: SbomInput, options: WriteOptions): Iterable<string> {
  const traits = cycloneDxJson(options.version);
  if (!traits.writable) throw new AssayError('SBOM_VERSION', `CycloneDX ${options.version} is read, not written`);
  const context = { traits, encoding: options.encoding, tool: input.tool.name };
  const parts = new Parts(input, context);
  return options.encoding === 'json' ? printJson(parts) : printXml(parts);
}

/** The parts of the document, one element at a time. */
class Parts implements DocumentParts {
  readonly traits: CycloneDxTraits;
  readonly serialNumber: string;
  readonly metadata: JsonObject;
  readonly isScan: boolean;
  readonly #input: SbomInput;
  readonly #context: WriteContext;
  readonly #refs = new Refs();
  /** Bom-refs of packages by their own. */
  readonly #packages = new Map<string, { readonly pkg: Package; readonly ref: string }>();
  readonly #subjectRef: string;
  readonly #distroRef: string;

  constructor(input: SbomInput, context: WriteContext) {
    const { subject, distro, packages } = input.inventory;
    this.#input = input;
    this.#context = context;
    for (const pkg of packages) this.#packages.set(pkg.ref, { pkg, ref: this.#refs.take(pkg.ref) });
    this.#subjectRef = this.#refs.take(subject.purl ?? subject.digest ?? 'subject');
    this.#distroRef = distro === undefined ? '' : this.#refs.take(`os:${distro.id}@${distro.version}`);
    this.traits = context.traits;
    this.isScan = context.traits.carriesFindings && input.findings !== undefined;
    this.serialNumber = toSerialNumber(input);
    this.metadata = toMetadata(input, toSubjectComponent(subject, this.#subjectRef, context), context);
  }

  *components(): Iterable<JsonObject> {
    const { distro } = this.#input.inventory;
    if (distro !== undefined) yield toDistroComponent(distro, this.#distroRef, this.#context);
    for (const { pkg, ref } of this.#packages.values()) {
      const known = this.#edges(pkg).map((entry) => entry.pkg.ref);
      yield toComponent(pkg, ref, known, distro !== undefined, this.#context);
    }
  }

  /** The subject needs what nobody else needs. */
  *dependencies(): Iterable<JsonObject> {
    const needed = new Set<string>();
    for (const { pkg } of this.#packages.values()) {
      for (const entry of this.#edges(pkg)) if (entry.pkg !== pkg) needed.add(entry.ref);
    }
    const top = [...this.#packages.values()].map(({ ref }) => ref).filter((ref) => !needed.has(ref));
    if (this.#distroRef !== '') top.unshift(this.#distroRef);
    if (top.length > 0) yield { ref: this.#subjectRef, dependsOn: top };
    for (const { pkg, ref } of this.#packages.values()) {
      const dependsOn = this.#edges(pkg).map((entry) => entry.ref);
      if (dependsOn.length > 0) yield { ref, dependsOn };
    }
  }

  *vulnerabilities(): Iterable<JsonObject> {
    const find = (finding: Finding) => this.#target(finding);
    for (const group of groupFindings(this.#input.findings ?? [], this.traits)) {
      const ref = this.#refs.take(`vulnerability:${group.findings[0]?.id ?? ''}`);
      yield toVulnerability(group, ref, find, this.#context);
    }
  }

  #edges(pkg: Package): readonly { readonly pkg: Package; readonly ref: string }[] {
    return [...new Set(pkg.dependsOn)].flatMap((ref) => {
      const entry = this.#packages.get(ref);
      return entry === undefined ? [] : [entry];
    });
  }

  #target(finding: Finding): Target | undefined {
    const entry = this.#packages.get(finding.package.ref);
    if (entry === undefined) return undefined;
    const { ref, name, version, purl, locations } = entry.pkg;
    return { ref: entry.ref, affected: { ref, name, version, ...(purl === undefined ? {} : { purl }), locations } };
  }
}

/** Source: CycloneDX, `metadata.tools`: a list until 1.4, components since. */
function toMetadata(input: SbomInput, component: JsonObject, { traits, encoding }: WriteContext): JsonObject {
  const tools = toTools(input);
  const metadata = {
    ...(fitsDate(input.createdAt) ? { timestamp: input.createdAt } : {}),
    tools:
      traits.tools === 'list'
        ? tools.map(({ name, version, vendor }) => ({
            ...(vendor === undefined ? {} : { vendor }),
            name,
            ...(version === undefined ? {} : { version }),
          }))
        : {
            components: tools.map(({ name, version, vendor }) => ({
              type: 'application',
              ...(vendor === undefined ? {} : { author: vendor }),
              name,
              ...(version === undefined ? {} : { version }),
            })),
          },
  };
  return { ...fitText(metadata, encoding), component };
}

/** The tool that writes, then those that worked before it. */
function toTools({ tool, inventory }: SbomInput): Inventory['tools'] {
  const others = inventory.tools.filter(({ name, version }) => name !== tool.name || version !== tool.version);
  return [tool, ...others].filter(({ name }) => name.trim() !== '');
}
