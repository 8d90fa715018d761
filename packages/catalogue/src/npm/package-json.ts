import { AssayError } from '@assay/contract';
import type { JsonObject } from '../formats/json-value.ts';
import { entriesAt, isObject, parseJsonObject, textAt, valueAt } from '../formats/json-value.ts';
import { hashesOfIntegrity } from '../listing/integrity.ts';

/** What a `package.json` says of its package. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
  readonly description?: string;
  readonly supplier?: string;
  /** Names of the packages it needs at run time. */
  readonly needs: readonly string[];
  /** Set by `"private": true`: never published, so an application rather than a library. */
  readonly isPrivate: boolean;
  /** Of the archive it was installed from, where npm 6 or older wrote `_integrity`. */
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * Reads a `package.json`. `undefined` when it names no package: folders carry one to say `"type": "module"`, and an
 * application needs neither name nor version. Throws FILE_UNREADABLE. Source: docs.npmjs.com, "package.json".
 */
export function parsePackageJson(bytes: Uint8Array): PackageJson | undefined {
  const top = parseJsonObject(bytes);
  const name = valueAt(top, 'name');
  const version = valueAt(top, 'version');
  if (name === undefined || version === undefined || name === '' || version === '') return undefined;
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new AssayError('FILE_UNREADABLE', 'name and version must be texts');
  }
  const description = textAt(top, 'description');
  const supplier = personOf(valueAt(top, 'author'));
  return {
    name,
    version,
    licenses: licensesOf(top),
    ...(description === undefined ? {} : { description: description.slice(0, 500) }),
    ...(supplier === undefined ? {} : { supplier }),
    needs: [
      ...new Set([...entriesAt(top, 'dependencies'), ...entriesAt(top, 'optionalDependencies')].map(([key]) => key)),
    ],
    isPrivate: valueAt(top, 'private') === true,
    hashes: hashesOfIntegrity(textAt(top, '_integrity')),
  };
}

/** All shapes the licence has had: a text, `{type, url}`, a list of either, and the same under `licenses`. */
export function licensesOf(top: JsonObject): string[] {
  const out = new Set<string>();
  for (const key of ['license', 'licenses', 'licence']) {
    const value = valueAt(top, key);
    for (const item of Array.isArray(value) ? value : [value]) {
      const text = isObject(item) ? (textAt(item, 'type') ?? textAt(item, 'name') ?? textAt(item, 'url')) : item;
      if (typeof text === 'string' && text.trim() !== '') out.add(text.trim());
    }
  }
  return [...out];
}

/** A person is `{name, email}` or `Name <mail> (url)`. */
function personOf(value: unknown): string | undefined {
  const text = isObject(value)
    ? textAt(value, 'name')
    : typeof value === 'string'
      ? value.split(/[<(]/, 1)[0]
      : undefined;
  const name = text?.trim();
  return name === undefined || name === '' ? undefined : name.slice(0, 200);
}
