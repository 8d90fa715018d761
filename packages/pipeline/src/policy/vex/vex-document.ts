import { type Analysis, AssayError, type Rejected } from '@assay/contract';
import { readCycloneDxVex } from './cyclonedx-vex.ts';
import { readOpenVex } from './openvex.ts';
import { isRecord } from './value.ts';

/** How a VEX document names a thing: any one fitting name, hash or link is enough. */
export interface VexComponent {
  /** Package URLs, CPEs, image references, IRIs, local references: as written. */
  readonly names: readonly string[];
  /** Hex digits of the thing's hashes, lower case. */
  readonly hashes: readonly string[];
  /** A reference into another CycloneDX document. Source: CycloneDX "BOM-Link". */
  readonly link?: { readonly serial: string; readonly ref: string };
  /** Plain name and version, where the document gives no better. */
  readonly called?: { readonly name: string; readonly version: string };
}

/** What a statement is about. */
export interface VexTarget {
  readonly product: VexComponent;
  /** Parts of the product; none means the product as a whole. */
  readonly parts: readonly VexComponent[];
  /** The only version it speaks of, where it speaks of one. */
  readonly version?: string;
}

/** One statement, whatever format it came in. */
export interface VexStatement {
  /** The vulnerability's ids, lower case. */
  readonly ids: readonly string[];
  readonly targets: readonly VexTarget[];
  readonly analysis: Analysis;
  /** Whether it takes the finding out of the count. */
  readonly suppresses: boolean;
  /** When it was made or last changed, milliseconds since 1970; `-Infinity` when nobody says. */
  readonly moment: number;
}

/** A checked VEX document. */
export interface VexDocument {
  /** Its name, as reports show it. */
  readonly source: string;
  readonly format: 'openvex' | 'cyclonedx';
  readonly statements: readonly VexStatement[];
  /** Statements that could not be understood: they suppress nothing. */
  readonly rejected: readonly Rejected[];
}

/**
 * Reads OpenVEX (0.0.x, 0.2.0; plain or as the predicate of an in-toto statement) or CycloneDX VEX, already read as JSON.
 * A single bad statement is put into `rejected`. Throws VEX_INVALID when the document is neither format or not sound as a whole.
 * Sources: github.com/openvex/spec OPENVEX-SPEC.md; cyclonedx.org specification 1.4 and later, "vulnerabilities".
 */
export function parseVex(value: unknown, sourceName: string): VexDocument {
  const document = unwrapped(value);
  if (isRecord(document)) {
    const context = contextOf(document);
    if (context?.startsWith('https://openvex.dev/ns') === true)
      return {
        source: sourceName,
        format: 'openvex',
        ...readOpenVex(document, { context, sourceName, subjects: subjectsOf(value) }),
      };
    if (document.bomFormat === 'CycloneDX')
      return { source: sourceName, format: 'cyclonedx', ...readCycloneDxVex(document, sourceName) };
  }
  throw new AssayError('VEX_INVALID', `${sourceName} is neither OpenVEX nor CycloneDX JSON`);
}

/** An attestation carries the document as its predicate. Source: in-toto attestation, "Statement". */
function unwrapped(value: unknown): unknown {
  if (!isRecord(value) || typeof value.predicateType !== 'string' || !isRecord(value.predicate)) return value;
  const { predicate } = value;
  return Object.hasOwn(predicate, '@context') || Object.hasOwn(predicate, 'bomFormat') ? predicate : value;
}

/**
 * What an attestation is about, by digest: the product of statements that name none.
 * Sources: in-toto attestation, "Statement" `subject`; OpenVEX specification 0.2.0, "Inheritance Flow".
 */
function subjectsOf(value: unknown): readonly VexComponent[] {
  if (!isRecord(value) || !Array.isArray(value.subject)) return [];
  return value.subject.slice(0, 1000).flatMap((subject: unknown) => {
    const digests = isRecord(subject) && isRecord(subject.digest) ? Object.values(subject.digest).slice(0, 100) : [];
    const hashes = digests.filter((hex) => typeof hex === 'string').map((hex) => hex.toLowerCase());
    return hashes.length === 0 ? [] : [{ names: [], hashes }];
  });
}

/** JSON-LD allows one context or a list of them. */
function contextOf(document: Readonly<Record<string, unknown>>): string | undefined {
  const context = document['@context'];
  const all: readonly unknown[] = Array.isArray(context) ? context.slice(0, 100) : [context];
  return all.find((one): one is string => typeof one === 'string' && one.startsWith('https://openvex.dev/ns'));
}
