import { AssayError, formatPurl } from '@assay/contract';
import { decodeText } from '../formats/decode-text.ts';
import type { Listing } from '../listing/listing.ts';

/**
 * Reads `rebar.lock`. Throws FILE_UNREADABLE. Source: rebar3.org, "Dependencies", "Lock Files": Erlang terms,
 * `{<<"app">>,{pkg,<<"package">>,<<"version">>},level}`, then their hashes.
 */
export function parseRebarLock(bytes: Uint8Array): Listing {
  const text = decodeText(bytes);
  if (text.trim() !== '' && !/[[{]/.test(text)) throw new AssayError('FILE_UNREADABLE', 'not a rebar.lock');
  const hashes = hashesOf(text);
  const entries = text.matchAll(/\{<<"([^"]+)">>,\s*\{pkg,\s*<<"([^"]+)">>,\s*<<"([^"]+)">>/g);
  const packages = [...entries].map(([, key = '', name = '', version = '']) => {
    const sha256 = hashes.get(key);
    return {
      key,
      name,
      version,
      purl: formatPurl({ type: 'hex', name, version }),
      hashes: sha256 === undefined ? {} : { sha256 },
    };
  });
  const others = [...text.matchAll(/\{<<"([^"]+)">>,\s*\{(git|hg|git_subdir|path)\b/g)];
  return {
    packages,
    rejected: others.map(([, name]) => ({ at: name ?? '', why: 'it comes from a repository or a folder' })),
  };
}

/** `pkg_hash_ext` is that of the archive, `pkg_hash` that of its content. */
function hashesOf(text: string): Map<string, string> {
  const from = text.indexOf('{pkg_hash_ext,');
  const pairs = from < 0 ? [] : [...text.slice(from).matchAll(/\{<<"([^"]+)">>,\s*<<"([0-9A-Fa-f]{64})">>\}/g)];
  return new Map(pairs.map(([, name = '', hash = '']) => [name, hash.toLowerCase()]));
}
