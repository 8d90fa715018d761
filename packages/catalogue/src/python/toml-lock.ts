import { AssayError, type Rejected } from '@assay/contract';
import {
  entriesAt,
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  textAt,
  textsAt,
  valueAt,
} from '../formats/json-value.ts';
import { parseToml } from '../formats/toml-document.ts';
import { checkCount } from '../listing/check-count.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { normalPythonName, pythonPurl, requirementName } from './python-name.ts';

/** Edges go to no more versions of one name than this: a hostile lock would else ask for their square. */
const maxSameName = 4;

/**
 * Reads the locks that list `[[package]]` tables in TOML: `poetry.lock`, `uv.lock`, `pdm.lock`, and `pylock.toml` (`[[packages]]`).
 * They differ in how a dependency and a group are written, never in name and version. Throws FILE_UNREADABLE.
 * Source: python-poetry.org; docs.astral.sh/uv; pdm-project.org, "Lock file"; PEP 751.
 */
export function parseTomlLock(bytes: Uint8Array): Listing {
  const top = parseToml(bytes);
  const tables = [...listAt(top, 'package'), ...listAt(top, 'packages')];
  const isEmpty = ['metadata', 'version', 'lock-version'].some((key) => valueAt(top, key) !== undefined);
  if (tables.length === 0 && !isEmpty) throw new AssayError('FILE_UNREADABLE', 'no package tables: not a lock file');
  checkCount(tables.length);
  const rejected: Rejected[] = [];
  const keysByName = new Map<string, string[]>();
  const named: { readonly table: JsonObject; readonly key: string; readonly name: string; readonly version: string }[] =
    [];
  for (const [index, table] of tables.entries()) {
    const name = isObject(table) ? textAt(table, 'name') : undefined;
    if (!isObject(table) || name === undefined) {
      rejected.push({ at: `/package/${index}`, why: 'a package without a name' });
      continue;
    }
    const version = textAt(table, 'version') ?? '';
    const key = `${normalPythonName(name)}@${version}`;
    named.push({ table, key, name, version });
    const same = keysByName.get(normalPythonName(name));
    if (same === undefined) keysByName.set(normalPythonName(name), [key]);
    else if (same.length < maxSameName) same.push(key);
  }
  const packages = named.map(({ table, key, name, version }): Listed => {
    const source = objectAt(table, 'source');
    const isProject =
      source !== undefined && ['virtual', 'editable'].some((kind) => textAt(source, kind) !== undefined);
    return {
      key,
      ...(isProject ? { kind: 'application' as const } : {}),
      name,
      version,
      purl: pythonPurl(name, version),
      dev: isDev(table),
      optional: valueAt(table, 'optional') === true,
      dependsOn: needsOf(table).flatMap((need) => pick(keysByName.get(need.name) ?? [], need)),
    };
  });
  return { packages, rejected };
}

interface Need {
  readonly name: string;
  readonly version?: string;
}

/** A lock may hold several versions of one name; a dependency that says which means that one. */
function pick(keys: readonly string[], need: Need): readonly string[] {
  const exact = need.version === undefined ? undefined : `${need.name}@${need.version}`;
  return exact !== undefined && keys.includes(exact) ? [exact] : keys;
}

/** Poetry: a table by name. uv and PEP 751: a list of tables. PDM: a list of requirement texts. */
function needsOf(table: JsonObject): Need[] {
  const needs: Need[] = entriesAt(table, 'dependencies').map(([name]) => ({ name: normalPythonName(name) }));
  const lists = [
    ...listAt(table, 'dependencies'),
    ...entriesAt(table, 'optional-dependencies').flatMap(([, list]) => list),
  ];
  for (const item of lists) {
    const name = isObject(item) ? textAt(item, 'name') : typeof item === 'string' ? requirementName(item) : undefined;
    const version = isObject(item) ? textAt(item, 'version') : undefined;
    if (name !== undefined) needs.push({ name: normalPythonName(name), ...(version === undefined ? {} : { version }) });
  }
  return needs;
}

/** Poetry before 1.5 says `category`, Poetry 2 and PDM say `groups`. */
function isDev(table: JsonObject): boolean {
  const category = textAt(table, 'category');
  if (category !== undefined) return category !== 'main';
  const groups = textsAt(table, 'groups');
  return groups.length > 0 && !groups.includes('main') && !groups.includes('default');
}
