import type { Listed, Listing } from '../listing/listing.ts';
import type { PythonMetadata } from './metadata.ts';
import { normalPythonName, pythonPurl } from './python-name.ts';

/** The metadata of one installed distribution and where it lies. */
export interface InstalledDistribution {
  readonly path: string;
  readonly metadata: PythonMetadata;
}

/**
 * What each metadata file lists, by its path. A need is met in the same folder of packages (`site-packages`), else by the
 * only one of that name anywhere.
 */
export function listInstalledPython(distributions: readonly InstalledDistribution[]): Map<string, Listing> {
  const anywhere = new Map<string, string | undefined>();
  const placed = new Map<string, string>();
  for (const { path, metadata } of distributions) {
    const name = normalPythonName(metadata.name);
    anywhere.set(name, anywhere.has(name) ? undefined : keyOf(path));
    placed.set(`${siteOf(path)}\n${name}`, keyOf(path));
  }
  const out = new Map<string, Listing>();
  for (const { path, metadata } of distributions) {
    const needs = metadata.needs.map((name) => placed.get(`${siteOf(path)}\n${name}`) ?? anywhere.get(name));
    out.set(path, { packages: [toListed(path, metadata, needs)], rejected: [] });
  }
  return out;
}

function keyOf(path: string): string {
  return `/${path}`;
}

/** The folder that holds the `*.dist-info`, the `*.egg-info` or the `*.egg`. */
function siteOf(path: string): string {
  const at = path.search(/[^/]+\.(?:dist-info|egg-info|egg)(?:\/|$)/i);
  return at < 0 ? path : path.slice(0, at);
}

function toListed(path: string, metadata: PythonMetadata, needs: readonly (string | undefined)[]): Listed {
  const { name, version, licenses, summary, author } = metadata;
  return {
    key: keyOf(path),
    name,
    version,
    purl: pythonPurl(name, version),
    licenses,
    ...(summary === undefined ? {} : { description: summary }),
    ...(author === undefined ? {} : { supplier: author }),
    dependsOn: needs.filter((need) => need !== undefined),
  };
}
