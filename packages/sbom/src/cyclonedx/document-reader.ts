import type { Distro, Finding, Package, ReadDocument, Subject } from '@assay/contract';
import { findObject, findText, isObject, type JsonObject, type JsonValue, toList } from '../json/value.ts';
import { DistroVotes } from '../spdx/distro-names.ts';
import { roleOf } from '../spdx/kept-model.ts';
import { Rejections } from '../spdx/rejections.ts';
import { Dependencies } from './dependencies.ts';
import { findDate } from './find-date.ts';
import { FindingList } from './finding-list.ts';
import { readKept } from './kept.ts';
import { findProperty, ours, type Property, PropertyReader } from './properties.ts';
import { References, toAffected } from './references.ts';
import { findPackage, kindOf } from './to-package.ts';
import { toComponentDistro, toSubject, toTools } from './to-subject.ts';

/** A package under construction: its edges are known last. */
type Draft = { -readonly [K in keyof Package]: Package[K] };

/**
 * Makes the model of a CycloneDX document from its parts, whatever their encoding: first `metadata`, then components and services,
 * then dependencies and vulnerabilities, then `finish`. Parts are in the shape of CycloneDX JSON.
 */
export class DocumentReader {
  readonly rejections = new Rejections();
  readonly #format: ReadDocument['format'];
  readonly #properties = new PropertyReader();
  readonly #drafts = new Map<string, Draft>();
  readonly #references = new References(this.#drafts);
  readonly #dependencies = new Dependencies(this.#references, this.rejections, (from, to) => this.#link(from, to));
  readonly #votes = new DistroVotes();
  /** Trivy's components for lock files: packages below them were found there. */
  readonly #lockFiles: { readonly ref: string; readonly path: string }[] = [];
  #findings: FindingList | undefined;
  #metadata: JsonObject | undefined;
  #subject: Subject | undefined;
  #distro: Distro | undefined;
  #tool: string | undefined;
  #serialNumber: string | undefined;

  constructor(format: ReadDocument['format']) {
    this.#format = format;
  }

  /** The document's own identity and metadata. Must come first. */
  metadata(metadata: JsonObject | undefined, serialNumber: string | undefined, version: number | undefined): void {
    this.#metadata = metadata;
    this.#serialNumber = serialNumber;
    this.#tool = toTools(metadata)[0]?.name;
    const component = findObject(metadata, 'component');
    const properties = component === undefined ? [] : this.#properties.read(component);
    this.#subject = toSubject(component, properties, serialNumber, this.#badField('/metadata/component'));
    this.#references.serial = { serialNumber, version };
    if (component === undefined) return;
    const ref = findText(component, 'bom-ref');
    const purl = findText(component, 'purl');
    this.#references.subject = {
      ref: ref ?? '',
      name: this.#subject.name,
      version: this.#subject.version ?? '',
      ...(purl === undefined ? {} : { purl }),
      locations: [],
    };
    this.#references.add(ref, this.#references.subject);
    for (const [index, inner] of toList(component, 'components').entries()) {
      this.component(inner, `/metadata/component/components/${index}`);
    }
  }

  /** A component with all that are nested in it; nesting is kept as a property naming the parent. */
  component(value: JsonValue, at: string): void {
    const waiting: { readonly value: JsonValue; readonly at: string; readonly parent?: string }[] = [{ value, at }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!isObject(next.value)) {
        this.rejections.add(next.at, 'a component that is not an object');
        continue;
      }
      const ref = this.#component(next.value, next.at, next.parent);
      const inner = toList(next.value, 'components');
      for (let index = inner.length - 1; index >= 0; index--) {
        waiting.push({
          value: inner[index] ?? null,
          at: `${next.at}/components/${index}`,
          ...(ref === undefined ? {} : { parent: ref }),
        });
      }
    }
  }

  /** Services are no packages, but vulnerabilities and dependencies may point at them. */
  service(value: JsonValue): void {
    const waiting: JsonValue[] = [value];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!isObject(next)) continue;
      const ref = findText(next, 'bom-ref');
      const name = findText(next, 'name') ?? ref ?? '';
      this.#references.add(ref, { ref: ref ?? '', name, version: findText(next, 'version') ?? '', locations: [] });
      waiting.push(...toList(next, 'services'));
    }
  }

  /** An entry of `dependencies`. */
  dependency(value: JsonValue, at: string): void {
    if (isObject(value)) this.#dependencies.add(value, at);
    else this.rejections.add(at, 'a dependency that is not an object');
  }

  /** An entry of `vulnerabilities`. */
  vulnerability(value: JsonValue, at: string): void {
    this.#findings ??= new FindingList(this.#references, this.rejections, this.#tool);
    this.#findings.add(value, at);
  }

  finish(): ReadDocument {
    this.#dependencies.finish();
    this.#locateByLockFile();
    const createdAt = findDate(this.#metadata, 'timestamp', (member, why) =>
      this.rejections.add(`/metadata/${member}`, why),
    );
    const distro = this.#distro ?? this.#votes.winner();
    return {
      format: this.#format,
      ...(this.#serialNumber === undefined ? {} : { serialNumber: this.#serialNumber }),
      inventory: {
        subject: this.#subject ?? toSubject(undefined, [], this.#serialNumber, () => {}),
        ...(distro === undefined ? {} : { distro }),
        packages: [...this.#drafts.values()],
        rejected: this.rejections.all(),
        ...(createdAt === undefined ? {} : { createdAt }),
        tools: toTools(this.#metadata),
      },
      findings: (this.#findings?.all() ?? []).map((finding) => this.#located(finding)),
    };
  }

  /** Locations of packages may be known after the findings. */
  #located(finding: Finding): Finding {
    const { locations } = finding.package;
    const draft =
      this.#lockFiles.length > 0 && locations.length === 0 ? this.#drafts.get(finding.package.ref) : undefined;
    return draft === undefined ? finding : { ...finding, package: { ...finding.package, locations: draft.locations } };
  }

  /** Takes one component in and says the reference it is known by. */
  #component(component: JsonObject, at: string, parent: string | undefined): string | undefined {
    const properties = this.#properties.read(component);
    const bomRef = findText(component, 'bom-ref');
    const named = bomRef ?? findText(component, 'purl') ?? at;
    const twin = bomRef === undefined ? undefined : this.#drafts.get(bomRef);
    const ref = this.#drafts.has(named) || this.#references.has(named) ? `${named}#${at}` : named;
    if (parent === undefined && this.#distro === undefined && isDistro(component, properties)) {
      return this.#operatingSystem(component, properties, ref, bomRef, at);
    }
    const pkg = findPackage(component, {
      ref,
      tool: this.#tool,
      properties:
        parent === undefined || findProperty(properties, ours.parent) !== undefined
          ? properties
          : [...properties, { name: ours.parent, value: parent }],
      bad: this.#badField(at),
    });
    if (pkg === undefined) {
      this.rejections.add(at, 'a component without a name');
      return undefined;
    }
    // Some producers list a component twice, reference and all.
    if (twin !== undefined && twin.name === pkg.name && twin.version === pkg.version && twin.purl === pkg.purl)
      return bomRef;
    // The reference our property restores may be taken by now; then the one of the document stays.
    const draft: Draft = pkg.ref !== ref && this.#drafts.has(pkg.ref) ? { ...pkg, ref } : pkg;
    // Known by its bom-ref before it is known as a package: our own documents may give it another one.
    if (bomRef !== undefined && bomRef !== draft.ref) this.#references.add(bomRef, toAffected(draft));
    this.#drafts.set(draft.ref, draft);
    if (draft.purl !== undefined) this.#votes.add(draft.purl);
    if (findProperty(properties, 'aquasecurity:trivy:Class') === 'lang-pkgs' && draft.kind === 'application') {
      this.#lockFiles.push({ ref: draft.ref, path: draft.name.replace(/^\/+/, '') });
    }
    return draft.ref;
  }

  /** Services, the subject and the distribution have no edges in the model. */
  #link(from: string, to: readonly string[]): void {
    const draft = this.#drafts.get(from);
    if (draft === undefined) return;
    const known = to.filter((ref) => this.#drafts.has(ref));
    if (known.length === 0) return;
    draft.dependsOn = draft.dependsOn.length === 0 ? known.slice() : [...new Set([...draft.dependsOn, ...known])];
  }

  #operatingSystem(
    component: JsonObject,
    properties: ReturnType<PropertyReader['read']>,
    ref: string,
    bomRef: string | undefined,
    at: string,
  ): string | undefined {
    this.#distro = toComponentDistro(component, properties, this.#badField(at));
    if (this.#distro === undefined) this.rejections.add(at, 'a component without a name');
    else this.#references.add(bomRef, { ref, name: this.#distro.id, version: this.#distro.version, locations: [] });
    return ref;
  }

  /** Trivy names the lock file only as the component that needs its packages. */
  #locateByLockFile(): void {
    for (const { ref, path } of this.#lockFiles) {
      const waiting = [ref];
      const seen = new Set(waiting);
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for (const to of this.#drafts.get(next)?.dependsOn ?? []) {
          const draft = this.#drafts.get(to);
          if (draft === undefined || seen.has(to)) continue;
          seen.add(to);
          waiting.push(to);
          if (draft.locations.length === 0) draft.locations = [{ path }];
        }
      }
    }
  }

  #badField(at: string): (field: string) => void {
    return (field) => this.rejections.add(at, `a property of ours that cannot be read: ${field.slice(0, 80)}`);
  }
}

/** An operating system is the distribution, unless our own document says that it is one package among others. */
function isDistro(component: JsonObject, properties: readonly Property[]): boolean {
  if (kindOf(component) !== 'operating-system') return false;
  const kept = findProperty(properties, ours.kept);
  return kept === undefined || roleOf(readKept(kept)) !== 'package';
}
