import { AssayError, type Rejected } from '@assay/contract';
import { Rejections } from '../spdx/rejections.ts';
import { endOfString, invalidJson, type Scan, scanValue, skipSpace } from './scan-value.ts';
import { storable } from './storable.ts';
import type { JsonObject, JsonValue } from './value.ts';

/** Members of the top-level object, and elements of one array, that are read: far beyond real documents, and soon reached by hostile ones. */
const maxMembers = 100_000;
const maxElements = 2_000_000;

/** One member of the top-level object: where its value lies. */
interface JsonMember extends Scan {
  readonly start: number;
}

/** A JSON document whose top-level object has been walked, not parsed. */
export interface JsonSource {
  /** UTF-8 without byte order mark. */
  readonly bytes: Uint8Array;
  /** By name; of members of the same name the last, as JSON.parse has it. */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Names that occur again, once for each further time. */
  readonly duplicates: readonly string[];
}

/** What is left of a document when its big arrays were handed over. */
export interface SplitRest {
  /** All other members. */
  readonly rest: JsonObject;
  /** Members that a later one of the same name hides, anywhere in the document: JSON.parse takes the last in silence. */
  readonly rejected: readonly Rejected[];
}

/**
 * Walks the top-level object once, in linear time: brackets match in number, nothing follows, depth is bounded by `maxDepth`.
 * The bytes must be UTF-8 (`toUtf8`). Throws SBOM_INVALID with the byte offset, LIMIT_EXCEEDED.
 */
export function openJson(bytes: Uint8Array): JsonSource {
  const members = new Map<string, JsonMember>();
  const duplicates: string[] = [];
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) throw invalidJson(at, 'expected an object');
  at = skipSpace(bytes, at + 1);
  while (bytes[at] !== 0x7d) {
    if (bytes[at] !== 0x22) throw invalidJson(at, 'expected the name of a member');
    const name = readName(bytes, at);
    at = skipSpace(bytes, name.end);
    if (bytes[at] !== 0x3a) throw invalidJson(at, 'expected a colon');
    const start = skipSpace(bytes, at + 1);
    if (members.has(name.text)) duplicates.push(name.text);
    if (members.size + duplicates.length >= maxMembers) {
      throw new AssayError('LIMIT_EXCEEDED', `more than ${maxMembers} members in one object`);
    }
    const member = { start, ...scanValue(bytes, start) };
    members.set(name.text, member);
    at = skipSpace(bytes, member.end);
    if (bytes[at] === 0x2c) {
      at = skipSpace(bytes, at + 1);
      if (bytes[at] === 0x7d) throw invalidJson(at, 'expected the name of a member');
    } else if (bytes[at] !== 0x7d) throw invalidJson(at, 'expected a comma or the end of the object');
  }
  const end = skipSpace(bytes, at + 1);
  if (end < bytes.length) throw invalidJson(end, 'something follows the document');
  return { bytes, members, duplicates };
}

/** The value of one top-level member, parsed; `undefined` when there is none. For small ones. */
export function readMember(source: JsonSource, name: string): JsonValue | undefined {
  const member = source.members.get(name);
  return member && parseSlice(source.bytes, member.start, member, pointer(name), new Rejections());
}

/** The document inside one member, such as `sbom` of GitHub's answers or `predicate` of an attestation. */
export function openMember(source: JsonSource, name: string): JsonSource | undefined {
  const member = source.members.get(name);
  return member && source.bytes[member.start] === 0x7b
    ? openJson(source.bytes.subarray(member.start, member.end))
    : undefined;
}

/**
 * Hands over the elements of the named top-level arrays one at a time and returns all other members parsed. The arrays come in the
 * order they are named in, not as they stand in the document: components can so be known before what refers to them.
 * So a big document costs the memory of its bytes and one element. A single object in place of an array is an array of one.
 * Strings are safe to store: NUL is removed and half surrogate pairs are U+FFFD. Throws SBOM_INVALID with the byte offset.
 */
export function splitDocument(
  source: JsonSource,
  bigArrays: readonly string[],
  onElement: (array: string, index: number, value: JsonValue) => void,
): SplitRest {
  const rejections = new Rejections();
  for (const name of source.duplicates) rejectDuplicate(rejections, pointer(name));
  const rest: [string, JsonValue][] = [];
  for (const [name, member] of source.members) {
    if (bigArrays.includes(name) && isList(source, member)) continue;
    rest.push([name, parseSlice(source.bytes, member.start, member, pointer(name), rejections)]);
  }
  for (const name of bigArrays) {
    const member = source.members.get(name);
    if (member === undefined || !isList(source, member)) continue;
    if (source.bytes[member.start] === 0x5b) {
      splitArray(source.bytes, member, pointer(name), rejections, (index, value) => onElement(name, index, value));
    } else {
      onElement(name, 0, parseSlice(source.bytes, member.start, member, pointer(name), rejections));
    }
  }
  return { rest: Object.fromEntries(rest), rejected: rejections.all() };
}

/** An array, or a single object in the place of one. */
function isList(source: JsonSource, member: JsonMember): boolean {
  const first = source.bytes[member.start];
  return first === 0x5b || first === 0x7b;
}

function splitArray(
  bytes: Uint8Array,
  array: JsonMember,
  path: string,
  rejections: Rejections,
  onElement: (index: number, value: JsonValue) => void,
): void {
  let at = skipSpace(bytes, array.start + 1);
  if (bytes[at] === 0x5d) return;
  for (let index = 0; ; index++) {
    if (index >= maxElements) throw new AssayError('LIMIT_EXCEEDED', `more than ${maxElements} entries in ${path}`);
    const scan = scanValue(bytes, at);
    onElement(index, parseSlice(bytes, at, scan, `${path}/${index}`, rejections));
    at = skipSpace(bytes, scan.end);
    if (bytes[at] === 0x5d) break;
    if (bytes[at] !== 0x2c) throw invalidJson(at, 'expected a comma or the end of the array');
    at = skipSpace(bytes, at + 1);
  }
  if (at + 1 !== array.end) throw invalidJson(at, 'the brackets do not match');
}

function parseSlice(bytes: Uint8Array, start: number, scan: Scan, path: string, rejections: Rejections): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(asBuffer(bytes).toString('utf8', start, scan.end)) as JsonValue;
  } catch (cause) {
    const offset = cause instanceof Error ? Number(/at position (\d+)/.exec(cause.message)?.[1] ?? 0) : 0;
    throw invalidJson(start + offset, `near ${path}`);
  }
  if (scan.members > 0 && countMembers(value) !== scan.members) {
    for (const at of findDuplicates(asBuffer(bytes).toString('utf8', start, scan.end), path)) {
      rejectDuplicate(rejections, at);
    }
  }
  return scan.awkward ? storable(value) : value;
}

function countMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) count += countMembers(item);
    return count;
  }
  for (const key in value) {
    const inner = (value as JsonObject)[key];
    count += typeof inner === 'object' && inner !== null ? 1 + countMembers(inner) : 1;
  }
  return count;
}

/** Where members are hidden by a later one. Slow and rare: the text is known to be valid JSON. */
function* findDuplicates(text: string, path: string): Generator<string> {
  const open: { readonly path: string; readonly names: Set<string> | undefined; index: number; next: string }[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]/g;
  let here = path;
  for (const match of text.matchAll(token)) {
    const top = open.at(-1);
    const [word, colon] = match;
    if (word === '{' || word === '[') {
      open.push({ path: here, names: word === '{' ? new Set() : undefined, index: 0, next: '' });
      if (word === '[') here = `${here}/0`;
    } else if (word === '}' || word === ']') {
      here = open.pop()?.path ?? path;
    } else if (word === ',') {
      if (top?.names === undefined && top !== undefined) here = `${top.path}/${++top.index}`;
    } else if (colon !== undefined && top?.names !== undefined) {
      const name = JSON.parse(word.slice(0, word.length - colon.length)) as string;
      here = top.path + pointer(name);
      if (top.names.has(name)) yield here;
      top.names.add(name);
    }
  }
}

function readName(bytes: Uint8Array, at: number): { readonly text: string; readonly end: number } {
  const end = endOfString(bytes, at, { end: at, members: 0, awkward: false });
  try {
    return { text: JSON.parse(asBuffer(bytes).toString('utf8', at, end)) as string, end };
  } catch {
    throw invalidJson(at, 'a name is not a valid string');
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One segment of a JSON pointer. Source: RFC 6901. */
export function pointer(name: string): string {
  return `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function rejectDuplicate(rejections: Rejections, at: string): void {
  rejections.add(at, 'the member occurs twice; the last one counts');
}
