import { type Analysis, AssayError, type Rejected } from '@assay/contract';
import { isRecord, listOf, momentOf, textOf } from './value.ts';
import type { VexComponent, VexStatement, VexTarget } from './vex-document.ts';

type Json = Readonly<Record<string, unknown>>;

/** What each status does to a finding. Source: OpenVEX specification 0.2.0, "Status Labels". */
const statuses: ReadonlyMap<string, { readonly suppresses: boolean }> = new Map([
  ['not_affected', { suppresses: true }],
  ['fixed', { suppresses: true }],
  ['affected', { suppresses: false }],
  ['under_investigation', { suppresses: false }],
]);

/** Source: OpenVEX specification 0.2.0, "Status Justifications". */
const justifications: ReadonlySet<string> = new Set([
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
]);

/** A statement, or why it is none. */
type Reading = VexStatement | string;

/** What is known of a document from outside of it. */
interface Surroundings {
  /** Its JSON-LD context, which says the version. */
  readonly context: string;
  readonly sourceName: string;
  /** What the attestation around it is about. */
  readonly subjects: readonly VexComponent[];
}

/** Reads the statements of an OpenVEX document. Throws VEX_INVALID. */
export function readOpenVex(
  document: Json,
  { context, sourceName, subjects }: Surroundings,
): { readonly statements: readonly VexStatement[]; readonly rejected: readonly Rejected[] } {
  const version = /^https:\/\/openvex\.dev\/ns(?:\/v?([0-9][0-9.]*))?\/?$/.exec(context);
  if (version === null || (version[1] !== undefined && !version[1].startsWith('0.'))) {
    throw new AssayError(
      'VEX_INVALID',
      `${sourceName} is OpenVEX of a version that is not supported: ${JSON.stringify(context.slice(0, 100))}`,
    );
  }
  if (!Array.isArray(document.statements))
    throw new AssayError('VEX_INVALID', `${sourceName} is OpenVEX without a list of statements`);

  const documentMoment = momentOf(textOf(document, 'timestamp'));
  const statements: VexStatement[] = [];
  const rejected: Rejected[] = [];
  for (const [index, entry] of listOf(document, 'statements', sourceName).entries()) {
    const reading = isRecord(entry) ? readStatement(entry, documentMoment, { sourceName, subjects }) : 'not an object';
    if (typeof reading === 'string') rejected.push({ at: `${sourceName}#/statements/${index}`, why: reading });
    else statements.push(reading);
  }
  return { statements, rejected };
}

function readStatement(
  entry: Json,
  documentMoment: number | undefined,
  { sourceName, subjects }: Omit<Surroundings, 'context'>,
): Reading {
  const ids = idsOf(entry.vulnerability);
  if (ids.length === 0) return 'the statement names no vulnerability';
  const status = textOf(entry, 'status') ?? '';
  const meaning = statuses.get(status);
  if (meaning === undefined) return `${JSON.stringify(status.slice(0, 60))} is not an OpenVEX status`;

  const justification = textOf(entry, 'justification');
  const impact = textOf(entry, 'impact_statement');
  if (justification !== undefined && !justifications.has(justification))
    return `${JSON.stringify(justification.slice(0, 60))} is not an OpenVEX justification`;
  if (status === 'not_affected' && justification === undefined && impact === undefined) {
    return 'not_affected needs a justification or an impact_statement';
  }
  const named = readTargets(entry, sourceName);
  // Products that are there but cannot be read are not replaced by something wider.
  const inherits =
    listOf(entry, 'products', sourceName).length === 0 && listOf(entry, 'subcomponents', sourceName).length === 0;
  const targets = inherits ? subjects.map((product) => ({ product, parts: [] })) : named;
  if (targets.length === 0) return 'the statement names no product';

  const detail = impact ?? textOf(entry, 'action_statement') ?? textOf(entry, 'status_notes');
  const analysis: Analysis = {
    state: status,
    ...(justification === undefined ? {} : { justification }),
    ...(detail === undefined ? {} : { detail }),
  };
  // A statement without a time of its own has the document's. Source: OpenVEX specification, "Inheritance Flow".
  const moment =
    momentOf(textOf(entry, 'last_updated')) ??
    momentOf(textOf(entry, 'timestamp')) ??
    documentMoment ??
    Number.NEGATIVE_INFINITY;
  return { ids, targets, analysis, suppresses: meaning.suppresses, moment };
}

/** 0.0.x wrote the id alone; 0.2.0 an object with name, aliases and an IRI. */
function idsOf(vulnerability: unknown): readonly string[] {
  if (typeof vulnerability === 'string') return vulnerability.trim() === '' ? [] : [vulnerability.trim().toLowerCase()];
  if (!isRecord(vulnerability)) return [];
  const name = textOf(vulnerability, 'name') ?? textOf(vulnerability, '@id')?.split('/').at(-1);
  const aliases: readonly unknown[] = Array.isArray(vulnerability.aliases) ? vulnerability.aliases.slice(0, 1000) : [];
  return [name, ...aliases]
    .filter((id): id is string => typeof id === 'string' && id.trim() !== '')
    .map((id) => id.trim().toLowerCase());
}

function readTargets(entry: Json, sourceName: string): readonly VexTarget[] {
  // 0.0.x listed parts beside the products, for all of them.
  const shared = listOf(entry, 'subcomponents', sourceName).flatMap(readComponent);
  return listOf(entry, 'products', sourceName).flatMap((product) => {
    const own = isRecord(product) ? listOf(product, 'subcomponents', sourceName) : [];
    const parts = own.flatMap(readComponent);
    // Parts that cannot be read must not widen the statement to the whole product.
    if (parts.length < own.length) return [];
    return readComponent(product).map((component) => ({
      product: component,
      parts: parts.length > 0 ? parts : shared,
    }));
  });
}

/** Source: OpenVEX specification 0.2.0, "Component": `@id`, `identifiers` (purl, cpe22, cpe23) and `hashes`. */
function readComponent(value: unknown): readonly VexComponent[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [{ names: [value.trim()], hashes: [] }];
  if (!isRecord(value)) return [];
  const identifiers = isRecord(value.identifiers) ? Object.values(value.identifiers).slice(0, 100) : [];
  const hashes = isRecord(value.hashes) ? Object.values(value.hashes).slice(0, 100) : [];
  const names = [textOf(value, '@id'), ...identifiers].filter(
    (name): name is string => typeof name === 'string' && name.trim() !== '',
  );
  const hex = hashes
    .filter((hash): hash is string => typeof hash === 'string' && hash !== '')
    .map((hash) => hash.toLowerCase());
  return names.length + hex.length === 0 ? [] : [{ names, hashes: hex }];
}
