import { AssayError } from '@assay/contract';
import { toUtf8 } from './bytes/to-utf8.ts';
import { type JsonSource, openJson, openMember, readMember } from './json/split-document.ts';

/** What some bytes turn out to be, ready for the reader of its kind. */
export type Detected =
  | { readonly is: 'cyclonedx-json'; readonly source: JsonSource }
  | { readonly is: 'xml'; readonly bytes: Uint8Array }
  | DetectedSpdx;

export type DetectedSpdx =
  | { readonly is: 'spdx-json'; readonly source: JsonSource }
  | { readonly is: 'spdx-3'; readonly source: JsonSource }
  | { readonly is: 'spdx-tag-value'; readonly bytes: Uint8Array };

/** Envelopes inside one another that are opened: DSSE, statement, predicate, and GitHub's wrapping. */
const maxEnvelopes = 5;

/**
 * Finds out by content, never by name. Byte order marks, white space and comments may come first. An SBOM inside an in-toto
 * statement, a DSSE envelope or GitHub's `sbom` member is unwrapped; no signature is verified here.
 * Throws SBOM_UNKNOWN, SBOM_INVALID, LIMIT_EXCEEDED.
 */
export function detectFormat(bytes: Uint8Array): Detected {
  if (startsXml(bytes)) return { is: 'xml', bytes };
  const text = toUtf8(bytes);
  const first = text[firstInk(text)];
  if (first === undefined) throw new AssayError('SBOM_UNKNOWN', 'the document is empty');
  if (first === 0x7b) return detectJson(openJson(text), 0);
  if (isTagValue(text)) return { is: 'spdx-tag-value', bytes: text };
  throw new AssayError('SBOM_UNKNOWN', `the document begins with ${JSON.stringify(begin(text))}`);
}

/** `<` first, in UTF-8 or in UTF-16 with or without its mark. XML declares its encoding itself, so its bytes stay as they are. */
function startsXml(bytes: Uint8Array): boolean {
  for (let i = 0; i < Math.min(bytes.length, 4096); i++) {
    const c = bytes[i];
    if (c === 0x3c) return true;
    const isMark = i < 3 && (c === 0xef || c === 0xbb || c === 0xbf || c === 0xfe || c === 0xff);
    if (!isMark && c !== 0 && c !== 0x20 && c !== 0x09 && c !== 0x0a && c !== 0x0d) return false;
  }
  return false;
}

function detectJson(source: JsonSource, envelopes: number): Detected {
  const { members } = source;
  if (members.has('bomFormat') || (members.has('specVersion') && !members.has('spdxVersion'))) {
    const format = readMember(source, 'bomFormat') ?? 'CycloneDX';
    if (format !== 'CycloneDX')
      throw new AssayError('SBOM_UNKNOWN', `the JSON says bomFormat ${begin(String(format))}`);
    return { is: 'cyclonedx-json', source };
  }
  if (members.has('spdxVersion') || members.has('SPDXID')) return { is: 'spdx-json', source };
  if (members.has('@graph') || namesSpdx3(source)) return { is: 'spdx-3', source };
  const inner = envelopes < maxEnvelopes ? openEnvelope(source) : undefined;
  if (inner !== undefined) return detectJson(inner, envelopes + 1);
  const names = [...members.keys()].slice(0, 5).map((name) => begin(name));
  throw new AssayError(
    'SBOM_UNKNOWN',
    names.length === 0
      ? 'the JSON object is empty'
      : `the JSON object has neither bomFormat nor spdxVersion, but ${names.join(', ')}`,
  );
}

/** A document of one element needs no `@graph`. */
function namesSpdx3(source: JsonSource): boolean {
  const context = readMember(source, '@context');
  return typeof context === 'string' && /^https?:\/\/spdx\.org\/rdf\/3/.test(context);
}

/** Source: in-toto attestation, `predicate`; DSSE, `payload`; cosign's older predicate `Data`; GitHub's dependency graph export, `sbom`. */
function openEnvelope(source: JsonSource): JsonSource | undefined {
  for (const name of ['sbom', 'predicate', 'Data']) {
    const inner = openMember(source, name);
    if (inner !== undefined) return inner;
  }
  const data = readMember(source, 'Data');
  if (typeof data === 'string') return openText(data, 'utf8');
  const payload = readMember(source, 'payload');
  if (typeof payload === 'string' && source.members.has('payloadType')) return openText(payload, 'base64');
  return undefined;
}

function openText(text: string, encoding: 'utf8' | 'base64'): JsonSource | undefined {
  const bytes = toUtf8(Buffer.from(text, encoding));
  return bytes[firstInk(bytes)] === 0x7b ? openJson(bytes) : undefined;
}

/** `SPDXVersion:` on the first line that is neither empty nor a comment. */
function isTagValue(text: Uint8Array): boolean {
  const head = Buffer.from(text.buffer, text.byteOffset, Math.min(text.length, 64 * 1024)).toString('utf8');
  return /^(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*SPDXVersion[^\S\n]*:/.test(head);
}

function firstInk(bytes: Uint8Array): number {
  const at = bytes.findIndex((c) => c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09);
  return at < 0 ? bytes.length : at;
}

function begin(text: Uint8Array | string): string {
  const shown = typeof text === 'string' ? text : Buffer.from(text.subarray(0, 160)).toString('utf8');
  return shown.trim().slice(0, 40);
}
