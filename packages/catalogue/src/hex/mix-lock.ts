import { formatPurl, type Rejected } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads `mix.lock`, without running it. Source: hexdocs.pm/mix, "mix deps"; hex's `Hex.Mix.to_lock`: one entry a line,
 * `"app": {:hex, :package, "version", "inner checksum", [managers], [needs], "repo", "outer checksum"}`.
 */
export function parseMixLock(bytes: Uint8Array): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, line] of linesOf(decodeText(bytes)).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text === '%{' || text === '}' || text === '%{}') continue;
    const entry = /^"?([^"\s:]+)"?:\s*\{:hex,\s*:"?([^",\s]+)"?,\s*"([^"]+)"/.exec(text);
    if (entry?.[1] !== undefined && entry[2] !== undefined && entry[3] !== undefined)
      packages.push(toListed(entry[1], entry[2], entry[3], text));
    else {
      const why = /\{:(?:git|path),/.test(text)
        ? 'it comes from a repository or a folder'
        : 'not an entry of a mix.lock';
      rejected.push({ at: `line ${index + 1}`, why });
    }
  }
  return { packages, rejected };
}

function toListed(key: string, name: string, version: string, text: string): Listed {
  const outer = /"([0-9a-f]{64})"\},?$/.exec(text)?.[1];
  const needs = [...text.matchAll(/\{:"?([^",\s{}]+)"?, "[^"]*", \[hex:/g)].map((match) => match[1] ?? '');
  return {
    key,
    name,
    version,
    purl: formatPurl({ type: 'hex', name, version }),
    hashes: outer === undefined ? {} : { sha256: outer },
    dependsOn: needs,
  };
}
