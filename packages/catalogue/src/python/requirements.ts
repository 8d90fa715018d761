import type { Rejected } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { normalPythonName, pythonPurl, requirementName } from './python-name.ts';

/** What a requirements file lists, and the files it names to be read too. */
export interface Requirements extends Listing {
  readonly includes: readonly { readonly at: string; readonly path: string }[];
}

/**
 * Reads a pip requirements file. Only exact pins (`==`, `===`) say what gets installed; everything else is told as rejected.
 * Source: pip.pypa.io, "Requirements File Format"; PEP 508 for the lines.
 */
export function parseRequirements(bytes: Uint8Array): Requirements {
  const packages = new Map<string, Listed>();
  const rejected: Rejected[] = [];
  const includes: { at: string; path: string }[] = [];
  for (const { line, text } of logicalLines(decodeText(bytes))) {
    const at = `line ${line}`;
    if (text.startsWith('-')) {
      const path = includedFile(text);
      if (path !== undefined) includes.push({ at, path });
      else if (/^(?:-e|--editable)\b/.test(text)) rejected.push({ at, why: 'an editable requirement has no version' });
      continue;
    }
    const pin = pinOf(text);
    if (typeof pin === 'string') rejected.push({ at, why: pin });
    else if (!packages.has(pin.key)) packages.set(pin.key, pin);
  }
  return { packages: [...packages.values()], rejected, includes };
}

/** Lines joined at a trailing backslash, without comments and blank ones. */
function logicalLines(text: string): { line: number; text: string }[] {
  const out: { line: number; text: string }[] = [];
  let parts: string[] = [];
  let start = 1;
  for (const [index, raw] of linesOf(text).entries()) {
    if (parts.length === 0) start = index + 1;
    const isComment = raw.trimStart().startsWith('#');
    if (!isComment && raw.endsWith('\\')) {
      parts.push(raw.slice(0, -1));
      continue;
    }
    parts.push(isComment ? '' : raw);
    const whole = withoutComment(parts.join(' ')).trim();
    if (whole !== '') out.push({ line: start, text: whole });
    parts = [];
  }
  const rest = withoutComment(parts.join(' ')).trim();
  if (rest !== '') out.push({ line: start, text: rest });
  return out;
}

function withoutComment(text: string): string {
  const at = text.search(/[ \t]#/);
  return at < 0 ? text : text.slice(0, at);
}

/** `-r FILE`, `-rFILE`, `--requirement=FILE`: other options name indexes and the like, which is no package; constraints install nothing. */
function includedFile(text: string): string | undefined {
  return /^(?:-r|--requirement)[\s=]*(\S+)/.exec(text)?.[1]?.replace(/^["']|["']$/g, '');
}

function pinOf(text: string): Listed | string {
  const [head = ''] = text.split(/\s--/, 1);
  const [spec = ''] = head.split(';', 1);
  const name = requirementName(spec);
  const rest = name === undefined ? '' : spec.slice(spec.indexOf(name) + name.length).trim();
  if (name === undefined || /^[:/\\]/.test(rest)) return 'a path or URL says no name and version';
  const bare = rest
    .replace(/^\[[^\]]*\]/, '')
    .trim()
    .replace(/^\(([^)]*)\)$/, '$1')
    .trim();
  if (bare.startsWith('@')) return `${name} is asked for by URL, which says no version`;
  const pin = /^===?\s*([^\s,*]+)$/.exec(bare);
  if (pin?.[1] === undefined) return `${name} is not pinned to one version with ==`;
  return {
    key: `${normalPythonName(name)}@${pin[1]}`,
    name,
    version: pin[1],
    purl: pythonPurl(name, pin[1]),
    hashes: onlyHash(text),
  };
}

/** Several hashes are those of several archives: only a single one is the package's. */
function onlyHash(text: string): Record<string, string> {
  const all = [...text.matchAll(/--hash=(sha256|sha384|sha512):([0-9a-fA-F]+)/g)];
  const [, algorithm, hex] = all[0] ?? [];
  return all.length === 1 && algorithm !== undefined && hex !== undefined ? { [algorithm]: hex.toLowerCase() } : {};
}
