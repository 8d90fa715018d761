import { traitsOfRoot } from '../cyclonedx/read-xml.ts';
import { type CycloneDxTraits, dependencyGraphNamespace, vulnerabilityNamespace } from '../formats.ts';
import { findAttribute, type XmlElement } from '../xml/element.ts';
import { type Choice, type ElementHandler, type StartTag, streamElements } from '../xml/stream-elements.ts';
import type { Problem } from './problem.ts';
import { RefLedger } from './ref-ledger.ts';

/**
 * Walks a CycloneDX XML document once for what its schema cannot say, and for its version. Throws SBOM_UNKNOWN, SBOM_VERSION,
 * SBOM_INVALID, LIMIT_EXCEEDED.
 */
export function checkXmlRules(bytes: Uint8Array): {
  readonly traits: CycloneDxTraits;
  readonly problems: readonly Problem[];
} {
  const rules = new XmlRules();
  streamElements(bytes, rules);
  return rules.result();
}

class XmlRules implements ElementHandler {
  readonly #ledger = new RefLedger();
  #traits: CycloneDxTraits | undefined;

  choose(tag: StartTag, path: readonly StartTag[]): Choice {
    this.#traits ??= traitsOfRoot(tag);
    const at = `line ${tag.line}`;
    if (tag.namespace === vulnerabilityNamespace) return tag.name === 'vulnerability' ? 'build' : 'enter';
    if (tag.namespace === dependencyGraphNamespace) this.#dependency(tag, at);
    if (tag.namespace !== this.#traits.namespace) return 'enter';
    const ref = findAttribute(tag, 'bom-ref');
    if (ref !== undefined) this.#ledger.define(ref, at);
    if (tag.name === 'dependency' && path.some(({ name }) => name === 'dependencies')) this.#dependency(tag, at);
    const parent = path.at(-1);
    // The schema says so only in words: a range stands for a version only where something else provides the component.
    if (tag.name === 'versionRange' && parent?.name === 'component' && !isTrue(findAttribute(parent, 'isExternal'))) {
      this.#ledger.add(at, 'versionRange is only for components that are external');
    }
    return 'enter';
  }

  /** A vulnerability of the old extension. Source: vulnerability-1.0.xsd. */
  built(element: XmlElement): void {
    const at = `line ${element.line}`;
    const child = (name: string) => element.children.find((one) => one.name === name);
    if ((child('id')?.text ?? '') === '') this.#ledger.add(at, 'a vulnerability without an id');
    const ref = findAttribute(element, 'ref');
    if (ref !== undefined) this.#ledger.use(ref, at);
    for (const rating of child('ratings')?.children ?? []) {
      const severity = rating.children.find((one) => one.name === 'severity')?.text;
      if (severity !== undefined && !severities.has(severity))
        this.#ledger.add(at, `no such severity: ${severity.slice(0, 40)}`);
    }
  }

  result(): { readonly traits: CycloneDxTraits; readonly problems: readonly Problem[] } {
    // A document without a root does not get here.
    if (this.#traits === undefined) throw new Error('no root');
    return { traits: this.#traits, problems: this.#ledger.problems() };
  }

  #dependency(tag: StartTag, at: string): void {
    if (tag.name !== 'dependency') return;
    const ref = findAttribute(tag, 'ref');
    if (ref === undefined) this.#ledger.add(at, 'a dependency without a ref');
    else this.#ledger.use(ref, at);
  }
}

const severities = new Set(['None', 'Low', 'Medium', 'High', 'Critical', 'Unknown']);

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}
