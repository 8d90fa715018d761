import {
  type Distro,
  type Inventory,
  isDigest,
  type Location,
  type Package,
  type PackageKind,
  type Subject,
} from '@assay/contract';
import { findMember, isObject, type JsonObject } from '../json/value.ts';

/**
 * What SPDX has no place for, or would read back otherwise, travels as one annotation per element:
 * the marker and a JSON object with only the fields that differ. `null` says that a field is absent.
 */
const marker = 'assay: ';

/** Beyond this an annotation is not read. */
const maxLength = 1 << 20;

/** What an element of our own documents stands for, where SPDX alone leaves it open. */
export type Role = 'subject' | 'distro' | 'package';

/** The fields of an annotation; each is checked when it is applied. */
export type Kept = JsonObject;

/** The text of an annotation. */
export function formatKept(kept: Kept): string {
  return marker + JSON.stringify(kept);
}

/** Reads the comment of an annotation. `undefined` when it is somebody else's; a string says why ours cannot be read. */
export function findKept(comment: string): Kept | string | undefined {
  if (!comment.startsWith(`${marker}{`)) return undefined;
  if (comment.length > maxLength) return `the annotation is longer than ${maxLength} characters`;
  try {
    const value: unknown = JSON.parse(comment.slice(marker.length));
    return isObject(value) ? value : 'the annotation is not an object';
  } catch {
    return 'the annotation is not valid JSON';
  }
}

/** The fields of `wanted` that a reader of `plain` alone would get wrong. */
export function differences(plain: object, wanted: object): Kept {
  const before = new Map(Object.entries(plain));
  const after = new Map(Object.entries(wanted));
  const out: [string, unknown][] = [];
  for (const [key, value] of after) {
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(before.get(key))) out.push([key, value]);
  }
  for (const [key, value] of before) {
    if (value !== undefined && after.get(key) === undefined) out.push([key, null]);
  }
  // Models hold texts, lists and objects of texts: all of it is JSON.
  return Object.fromEntries(out) as Kept;
}

/** The role the annotation names, if any. */
export function roleOf(kept: Kept | undefined): Role | undefined {
  const role = kept === undefined ? undefined : findMember(kept, 'role');
  return role === 'subject' || role === 'distro' || role === 'package' ? role : undefined;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isText);
const isDigestText: Check = (value) => typeof value === 'string' && isDigest(value);

function isListOf(check: (entry: JsonObject) => boolean): Check {
  return (value) => Array.isArray(value) && value.every((entry) => isObject(entry) && check(entry));
}

const kinds: ReadonlySet<unknown> = new Set<PackageKind>([
  'library',
  'application',
  'framework',
  'operating-system',
  'container',
  'device',
  'file',
  'firmware',
  'other',
]);

const isKind: Check = (value) => kinds.has(value);

const isLocations: Check = isListOf(
  (entry: JsonObject & Partial<Record<keyof Location, unknown>>) =>
    isText(entry.path) && (entry.layer === undefined || isDigestText(entry.layer)),
);

const isTools: Check = isListOf(
  (entry: JsonObject & Partial<Record<keyof Inventory['tools'][number], unknown>>) =>
    isText(entry.name) && [entry.version, entry.vendor].every((part) => part === undefined || isText(part)),
);

/** The tools that a document's annotation keeps, if any; `bad` is called when they are not of their type. */
export function findKeptTools(kept: Kept, bad: (field: string) => void): Inventory['tools'] | undefined {
  const tools = findMember(kept, 'tools');
  if (tools === undefined) return undefined;
  if (!isTools(tools)) {
    bad('tools');
    return undefined;
  }
  // Checked just above, entry by entry.
  return tools as unknown as Inventory['tools'];
}

/** Required fields cannot be taken away by `null`. */
type Rules = Readonly<Record<string, { readonly check: Check; readonly optional?: true }>>;

const packageRules = {
  ref: { check: (value) => isText(value) && value !== '' },
  kind: { check: isKind },
  name: { check: isText },
  version: { check: isText },
  purl: { check: isText, optional: true },
  source: {
    check: (value) => isObject(value) && isText(findMember(value, 'name')) && isText(findMember(value, 'version')),
    optional: true,
  },
  arch: { check: isText, optional: true },
  licenses: { check: isTexts },
  cpes: { check: isTexts },
  hashes: { check: isTextMap },
  supplier: { check: isText, optional: true },
  description: { check: isText, optional: true },
  homepage: { check: isText, optional: true },
  locations: { check: isLocations },
  foundBy: { check: isText, optional: true },
  dependsOn: { check: isTexts },
  properties: { check: isListOf((entry) => isText(findMember(entry, 'name')) && isText(findMember(entry, 'value'))) },
} as const satisfies Record<keyof Package, Rules[string]>;

const distroRules = {
  id: { check: isText },
  version: { check: isText },
  codename: { check: isText, optional: true },
  prettyName: { check: isText, optional: true },
  like: { check: isTexts },
} as const satisfies Record<keyof Distro, Rules[string]>;

const subjectKinds: ReadonlySet<unknown> = new Set<Subject['kind']>([
  'image',
  'directory',
  'file',
  'sbom',
  'application',
]);

const subjectRules = {
  kind: { check: (value) => subjectKinds.has(value) },
  name: { check: isText },
  version: { check: isText, optional: true },
  digest: { check: isDigestText, optional: true },
  imageId: { check: isDigestText, optional: true },
  platform: { check: isText, optional: true },
  purl: { check: isText, optional: true },
  layers: { check: (value) => Array.isArray(value) && value.every(isDigestText), optional: true },
} as const satisfies Record<keyof Subject, Rules[string]>;

/** `plain` with what the annotation keeps. Fields that are not of their type are named in `bad` and left as they were. */
export function withKeptPackage(plain: Package, kept: Kept, bad: (field: string) => void): Package {
  return withKept(plain, kept, packageRules, bad);
}

/** As `withKeptPackage`, for the distribution. */
export function withKeptDistro(plain: Distro, kept: Kept, bad: (field: string) => void): Distro {
  return withKept(plain, kept, distroRules, bad);
}

/** As `withKeptPackage`, for the subject. */
export function withKeptSubject(plain: Subject, kept: Kept, bad: (field: string) => void): Subject {
  return withKept(plain, kept, subjectRules, bad);
}

function withKept<T extends object>(plain: T, kept: Kept, rules: Rules, bad: (field: string) => void): T {
  const fields = new Map<string, unknown>(Object.entries(plain));
  for (const [field, value] of Object.entries(kept)) {
    if (field === 'role') continue;
    const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (rule !== undefined && value === null && rule.optional === true) fields.delete(field);
    else if (rule?.check(value) === true) fields.set(field, value);
    else bad(field);
  }
  // Every field passed the check of its own rule, and required ones stay: the type still holds.
  return Object.fromEntries(fields) as T;
}
