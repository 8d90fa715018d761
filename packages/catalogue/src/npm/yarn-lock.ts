import { AssayError, type Rejected } from '@assay/contract';
import { parseBlockYaml } from '../formats/block-yaml.ts';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import { entriesAt, isObject, type JsonObject, parseJsonText, textAt } from '../formats/json-value.ts';
import { checkCount } from '../listing/check-count.ts';
import { hashesOfIntegrity } from '../listing/integrity.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { npmPurl, splitAt } from './npm-name.ts';

/** Reads `yarn.lock`: version 1 ("classic") and the YAML of Yarn 2 and later ("berry"). Throws FILE_UNREADABLE. */
export function parseYarnLock(bytes: Uint8Array): Listing {
  const text = decodeText(bytes);
  return /^__metadata:/m.test(text) ? readBerry(text) : readClassic(text);
}

interface Entry {
  readonly line: number;
  /** `name@range`, all that this entry answers. */
  readonly asked: readonly string[];
  version?: string;
  resolved?: string;
  integrity?: string;
  readonly needs: string[];
}

/** Source: classic.yarnpkg.com, "yarn.lock": an own format, two spaces per level, texts as in JSON when quoted. */
function readClassic(text: string): Listing {
  const entries: Entry[] = [];
  const rejected: Rejected[] = [];
  let inNeeds = false;
  for (const [index, line] of linesOf(text).entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const indent = line.length - line.trimStart().length;
    const entry = entries.at(-1);
    if (indent === 0) {
      if (!content.endsWith(':')) {
        throw new AssayError('FILE_UNREADABLE', `line ${index + 1}: not the heading of a yarn.lock entry`);
      }
      checkCount(entries.length);
      entries.push({ line: index + 1, asked: wordsOf(content.slice(0, -1)), needs: [] });
      inNeeds = false;
    } else if (entry === undefined) {
      throw new AssayError('FILE_UNREADABLE', `line ${index + 1}: a field before the first entry`);
    } else if (indent === 2) {
      inNeeds = content === 'dependencies:' || content === 'optionalDependencies:';
      const [key, value] = wordsOf(content);
      if (key === 'version') entry.version = value ?? '';
      else if (key === 'resolved') entry.resolved = value ?? '';
      else if (key === 'integrity') entry.integrity = content.slice('integrity'.length).trim().replaceAll('"', '');
    } else if (inNeeds) {
      const [name, range] = wordsOf(content);
      if (name !== undefined && range !== undefined) entry.needs.push(`${name}@${range}`);
    }
  }
  const answers = new Map(entries.flatMap((entry, i) => entry.asked.map((asked) => [asked, String(i)] as const)));
  const packages: Listed[] = [];
  for (const [i, entry] of entries.entries()) {
    const asked = entry.asked[0] === undefined ? undefined : splitAt(entry.asked[0]);
    if (asked === undefined || entry.version === undefined || entry.version === '') {
      rejected.push({ at: `line ${entry.line}`, why: 'an entry without a name or version' });
      continue;
    }
    // `alias@npm:real@range` installs `real` under another name; `resolutions` put another package in its place.
    const real = asked.rest.startsWith('npm:') ? splitAt(asked.rest.slice(4)) : undefined;
    const name = nameInRegistry(entry.resolved) ?? real?.name ?? asked.name;
    packages.push({
      key: String(i),
      name,
      version: entry.version,
      purl: npmPurl(name, entry.version),
      hashes: { ...sha1Of(entry.resolved), ...hashesOfIntegrity(entry.integrity) },
      dependsOn: entry.needs.map((need) => answers.get(need)).filter((key) => key !== undefined),
      properties: entry.resolved === undefined ? [] : [{ name: 'npm:resolved', value: entry.resolved }],
    });
  }
  return { packages, rejected };
}

/** The name in the URL of an archive of a registry: `…/@scope/name/-/name-1.0.0.tgz`. */
function nameInRegistry(resolved: string | undefined): string | undefined {
  if (resolved === undefined || resolved.length > 2000) return undefined;
  const path = /^https?:\/\/[^/]+(\/[^#?]*?)\/-\//.exec(resolved)?.[1]?.replace(/%2f/gi, '/');
  return path === undefined ? undefined : /((?:@[^/@]+\/)?[^/@]+)$/.exec(path)?.[1];
}

/** The texts of a line: bare or quoted, apart by spaces, commas or (after a quoted one) a colon. */
function wordsOf(line: string): string[] {
  const out: string[] = [];
  for (let at = 0; at < line.length; ) {
    const c = line[at];
    if (c === ' ' || c === ',' || c === ':') at++;
    else if (c === '"') {
      let end = at + 1;
      while (end < line.length && line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
      out.push(String(parseJsonText(line.slice(at, end + 1))));
      at = end + 1;
    } else {
      let end = at;
      while (end < line.length && line[end] !== ' ' && line[end] !== ',') end++;
      out.push(line.slice(at, end));
      at = end;
    }
  }
  return out;
}

/** Old entries have no integrity; their URL ends in the SHA-1 of the archive. */
function sha1Of(resolved: string | undefined): Record<string, string> {
  const match = /#([0-9a-f]{40})$/.exec(resolved ?? '');
  return match?.[1] === undefined || /\.git#/.test(resolved ?? '') ? {} : { sha1: match[1] };
}

/** Source: yarnpkg.com, "Lockfile": entries keyed by comma-separated descriptors, `resolution` naming the real package. */
function readBerry(text: string): Listing {
  const top = parseBlockYaml(text);
  if (!isObject(top)) throw new AssayError('FILE_UNREADABLE', 'the lock file is not a map');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const entries = Object.entries(top).filter(([key]) => key !== '__metadata');
  const answers = new Map<string, string>();
  for (const [key] of entries) for (const asked of key.split(', ')) answers.set(asked.trim(), key);
  for (const [key, entry] of entries) {
    const resolution = isObject(entry) ? splitAt(textAt(entry, 'resolution') ?? '') : undefined;
    if (!isObject(entry) || resolution === undefined)
      rejected.push({ at: `/${key}`, why: 'an entry without a resolution' });
    else packages.push(berryPackage(key, entry, resolution, answers));
  }
  return { packages, rejected };
}

function berryPackage(
  key: string,
  entry: JsonObject,
  { name, rest }: { readonly name: string; readonly rest: string },
  answers: ReadonlyMap<string, string>,
): Listed {
  const written = textAt(entry, 'version') ?? '';
  // A workspace has the version `0.0.0-use.local`: nobody published it, and no advisory can name it.
  const isWorkspace = rest.startsWith('workspace:');
  const version = isWorkspace ? '' : written;
  const optional = new Set(
    entriesAt(entry, 'dependenciesMeta').flatMap(([need, meta]) =>
      isObject(meta) && textAt(meta, 'optional') === 'true' ? [need] : [],
    ),
  );
  const needs = [...entriesAt(entry, 'dependencies')].map(([need, range]) => answerOf(need, String(range), answers));
  return {
    key,
    ...(isWorkspace ? { kind: 'application' as const } : {}),
    name,
    version,
    ...(isWorkspace ? {} : { purl: npmPurl(name, version) }),
    dependsOn: needs.filter((found) => found !== undefined),
    properties: [
      ...(rest.startsWith('npm:') ? [] : [{ name: 'npm:resolution', value: rest }]),
      ...(optional.size === 0 ? [] : [{ name: 'npm:optionalDependencies', value: [...optional].join(' ') }]),
    ],
  };
}

/** Ranges are written with their protocol in the keys, and without `npm:` in the dependencies of older versions. */
function answerOf(need: string, range: string, answers: ReadonlyMap<string, string>): string | undefined {
  return answers.get(`${need}@${range}`) ?? answers.get(`${need}@npm:${range}`);
}
