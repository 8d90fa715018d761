import { type Analysis, AssayError, type Rejected } from '@assay/contract';
import { isRecord, listOf, momentOf, textOf } from './value.ts';
import type { VexComponent, VexStatement, VexTarget } from './vex-document.ts';

type Json = Readonly<Record<string, unknown>>;

/** What each analysis state does to a finding. Source: CycloneDX 1.4–1.7, `impactAnalysisState`. */
const states: ReadonlyMap<string, { readonly suppresses: boolean }> = new Map([
  ['resolved', { suppresses: true }],
  ['resolved_with_pedigree', { suppresses: true }],
  ['false_positive', { suppresses: true }],
  ['not_affected', { suppresses: true }],
  ['exploitable', { suppresses: false }],
  ['in_triage', { suppresses: false }],
]);

/** Reads the analysed vulnerabilities of a CycloneDX document; those without an analysis state nothing and are passed over. Throws VEX_INVALID. */
export function readCycloneDxVex(
  document: Json,
  sourceName: string,
): { readonly statements: readonly VexStatement[]; readonly rejected: readonly Rejected[] } {
  if (!Array.isArray(document.vulnerabilities))
    throw new AssayError('VEX_INVALID', `${sourceName} is CycloneDX without vulnerabilities: not a VEX document`);
  const components = localComponents(document, sourceName);
  const documentMoment = momentOf(isRecord(document.metadata) ? textOf(document.metadata, 'timestamp') : undefined);
  const statements: VexStatement[] = [];
  const rejected: Rejected[] = [];
  for (const [index, entry] of listOf(document, 'vulnerabilities', sourceName).entries()) {
    const at = `${sourceName}#/vulnerabilities/${index}`;
    if (!isRecord(entry)) {
      rejected.push({ at, why: 'not an object' });
      continue;
    }
    if (!isRecord(entry.analysis)) continue;
    const ids = idsOf(entry, sourceName);
    const analysis = readAnalysis(entry.analysis);
    if (ids.length === 0) rejected.push({ at, why: 'the analysis names no vulnerability' });
    else if (typeof analysis === 'string') rejected.push({ at, why: analysis });
    else {
      const moment =
        momentOf(textOf(entry.analysis, 'lastUpdated')) ??
        momentOf(textOf(entry.analysis, 'firstIssued')) ??
        momentOf(textOf(entry, 'updated')) ??
        documentMoment;
      const common = { ids, moment: moment ?? Number.NEGATIVE_INFINITY };
      const affects = listOf(entry, 'affects', sourceName);
      if (affects.length === 0) rejected.push({ at, why: 'the analysis does not say what it is about (affects)' });
      for (const [place, affected] of affects.entries()) {
        readAffected(affected, {
          at: `${at}/affects/${place}`,
          common,
          analysis,
          components,
          sourceName,
          statements,
          rejected,
        });
      }
    }
  }
  return { statements, rejected };
}

interface Reading {
  readonly at: string;
  readonly common: Pick<VexStatement, 'ids' | 'moment'>;
  readonly analysis: Analysis;
  readonly components: ReadonlyMap<string, VexComponent>;
  readonly sourceName: string;
  readonly statements: VexStatement[];
  readonly rejected: Rejected[];
}

function readAffected(affected: unknown, reading: Reading): void {
  const { at, common, analysis, statements, rejected } = reading;
  const ref = isRecord(affected) ? textOf(affected, 'ref') : undefined;
  if (!isRecord(affected) || ref === undefined) {
    rejected.push({ at, why: 'no ref' });
    return;
  }
  const product = toComponent(ref, reading.components);
  const stated = states.get(analysis.state)?.suppresses === true;
  const add = (suppresses: boolean, state: Analysis, version?: string) => {
    const target: VexTarget = { product, parts: [], ...(version === undefined ? {} : { version }) };
    statements.push({ ...common, targets: [target], analysis: state, suppresses });
  };
  const versions = listOf(affected, 'versions', reading.sourceName);
  if (versions.length === 0) add(stated, analysis);
  for (const [index, one] of versions.entries()) {
    const version = isRecord(one) ? textOf(one, 'version') : undefined;
    if (!isRecord(one) || version === undefined) {
      // Which versions are inside a range depends on the ecosystem; a guess could hide what is there.
      rejected.push({ at: `${at}/versions/${index}`, why: 'version ranges are not judged; name the versions' });
      continue;
    }
    // "affected" is what a version without a status is. Source: CycloneDX, `affects.versions.status`.
    const status = textOf(one, 'status') ?? 'affected';
    if (status === 'unaffected') add(true, stated ? analysis : { ...analysis, state: 'not_affected' }, version);
    else add(false, analysis, version);
  }
}

function readAnalysis(value: Json): Analysis | string {
  const state = textOf(value, 'state');
  if (state === undefined) return 'the analysis has no state';
  if (!states.has(state)) return `${JSON.stringify(state.slice(0, 60))} is not a CycloneDX analysis state`;
  const justification = textOf(value, 'justification');
  const detail = textOf(value, 'detail');
  const responses = Array.isArray(value.response)
    ? value.response.slice(0, 20).filter((one): one is string => typeof one === 'string')
    : [];
  return {
    state,
    ...(justification === undefined ? {} : { justification }),
    ...(responses.length === 0 ? {} : { responses }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The id, and what `references` call "equivalents" in other databases. */
function idsOf(entry: Json, sourceName: string): readonly string[] {
  const others = listOf(entry, 'references', sourceName).map((one) => (isRecord(one) ? textOf(one, 'id') : undefined));
  return [textOf(entry, 'id'), ...others].filter((id) => id !== undefined).map((id) => id.toLowerCase());
}

/** A BOM-Link names another document's serial number, version and reference. Source: CycloneDX "BOM-Link". */
function toComponent(ref: string, components: ReadonlyMap<string, VexComponent>): VexComponent {
  const link = /^urn:cdx:([0-9a-fA-F-]{36})\/[0-9]+(?:#(.*))?$/s.exec(ref);
  if (link === null) return components.get(ref) ?? { names: [ref], hashes: [] };
  const inside = decoded(link[2] ?? '');
  // A fragment that is a package URL says what it means even when the linked document is not at hand.
  const names = /^pkg:/i.test(inside) ? [inside] : [];
  return { names, hashes: [], link: { serial: (link[1] ?? '').toLowerCase(), ref: inside } };
}

function decoded(text: string): string {
  // A package URL keeps its own escapes.
  if (/^pkg:/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The document's own components by reference, nested ones too, walked without recursion. A reference means something inside its own
 * document only: two documents may both call something "1". So it counts as a name just where the serial number is the same.
 */
function localComponents(document: Json, sourceName: string): ReadonlyMap<string, VexComponent> {
  const found = new Map<string, VexComponent>();
  const serial = textOf(document, 'serialNumber')
    ?.replace(/^urn:uuid:/i, '')
    .toLowerCase();
  const waiting: unknown[] = [...listOf(document, 'components', sourceName)];
  if (isRecord(document.metadata)) waiting.push(document.metadata.component);
  for (let next = waiting.pop(); waiting.length > 0 || next !== undefined; next = waiting.pop()) {
    if (!isRecord(next)) continue;
    const ref = textOf(next, 'bom-ref');
    const purl = textOf(next, 'purl');
    const cpe = textOf(next, 'cpe');
    const name = textOf(next, 'name');
    const hashes = listOf(next, 'hashes', sourceName).flatMap((hash) =>
      isRecord(hash) ? [textOf(hash, 'content')?.toLowerCase()] : [],
    );
    if (ref !== undefined && !found.has(ref)) {
      found.set(ref, {
        names: [purl, cpe].filter((one) => one !== undefined),
        hashes: hashes.filter((hash) => hash !== undefined),
        ...(serial === undefined ? {} : { link: { serial, ref } }),
        ...(purl !== undefined || name === undefined
          ? {}
          : { called: { name, version: textOf(next, 'version') ?? '' } }),
      });
    }
    for (const child of listOf(next, 'components', sourceName)) waiting.push(child);
    if (found.size > 200_000) throw new AssayError('LIMIT_EXCEEDED', `${sourceName} has more than 200000 components`);
  }
  return found;
}
