import { AssayError } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import { normalPythonName, requirementName } from './python-name.ts';

/** What the metadata of an installed Python distribution says. */
export interface PythonMetadata {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
  readonly summary?: string;
  readonly author?: string;
  /** Names as PEP 503 compares them, without those of extras. */
  readonly needs: readonly string[];
}

/**
 * Reads `METADATA` (wheel) or `PKG-INFO` (egg). Throws FILE_UNREADABLE when neither it nor the folder names the package.
 * Source: packaging.python.org, "Core metadata specifications": header fields as in mail, the description after a blank line.
 */
export function parsePythonMetadata(bytes: Uint8Array, path: string): PythonMetadata {
  const fields = headerFields(decodeText(bytes));
  const first = (key: string): string | undefined =>
    fields.get(key)?.find((value) => value !== '' && value !== 'UNKNOWN');
  const folder = saidByPath(path);
  const name = first('name') ?? folder.name;
  const version = first('version') ?? folder.version;
  if (name === undefined) throw new AssayError('FILE_UNREADABLE', 'the metadata has no Name');
  if (version === undefined) throw new AssayError('FILE_UNREADABLE', 'the metadata has no Version');
  const summary = first('summary');
  const author = first('author') ?? first('maintainer');
  return {
    name,
    version,
    licenses: licensesOf(fields),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 500) }),
    ...(author === undefined ? {} : { author: author.slice(0, 200) }),
    needs: needsOf(fields.get('requires-dist') ?? []),
  };
}

/** `NAME-VERSION.dist-info`, `NAME-VERSION-py3.11.egg-info`: a name has no dash of its own there. */
function saidByPath(path: string): { readonly name?: string; readonly version?: string } {
  const segment = path.split('/').findLast((text) => /\.(?:dist|egg)-info$/i.test(text)) ?? '';
  const [name, version] = segment.slice(0, segment.lastIndexOf('.')).split('-');
  return name !== undefined && version !== undefined && /^\d/.test(version) ? { name, version } : {};
}

/** Field names in lower case; a line that starts with a space goes on with the field before. */
function headerFields(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of linesOf(text)) {
    if (line === '') break;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const value = last?.pop();
      if (value !== undefined) last?.push(`${value}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const key = line.slice(0, colon).trim().toLowerCase();
    last = fields.get(key) ?? [];
    last.push(line.slice(colon + 1).trim());
    fields.set(key, last);
  }
  return fields;
}

/** The expression, else the free text when it is a name rather than the licence itself, else the classifiers. */
function licensesOf(fields: ReadonlyMap<string, readonly string[]>): string[] {
  const expression = fields.get('license-expression')?.[0];
  if (expression !== undefined && expression !== '') return [expression];
  const free = fields.get('license')?.[0];
  if (free !== undefined && free !== '' && free !== 'UNKNOWN' && !free.includes('\n') && free.length <= 100)
    return [free];
  return (fields.get('classifier') ?? [])
    .filter((text) => text.startsWith('License ::'))
    .map((text) => text.slice(text.lastIndexOf('::') + 2).trim())
    .filter((text) => text !== 'OSI Approved');
}

function needsOf(requirements: readonly string[]): string[] {
  const names = requirements
    .filter((text) => !/\bextra\s*==/.test(text))
    .map(requirementName)
    .filter((name) => name !== undefined);
  return [...new Set(names.map(normalPythonName))];
}
