import { formatPurl } from '@assay/contract';
import type { SelectedFile } from '@assay/image';
import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseGemfileLock } from './gemfile-lock.ts';
import { type Gemspec, parseGemspec } from './gemspec.ts';

const maxGemspec = 2 * 2 ** 20;
const maxLock = 4 * 2 ** 20;

type RubyFound = { readonly installed: Gemspec } | { readonly listing: Listing };

/** Gems: what is installed, told by the specifications that RubyGems writes; in a folder Bundler's lock files too. */
export const ruby: Cataloguer<RubyFound> = {
  id: 'ruby',
  version: 1,
  files: { baseNames: ['Gemfile.lock', 'gems.locked'], extensions: ['gemspec'] },
  select(file, kind) {
    if (file.path.endsWith('.gemspec')) {
      if (!isInstalled(file.path) && (kind === 'image' || isInsideGem(file.path))) return undefined;
      return wholeFile(file, maxGemspec, (bytes) => ({ installed: parseGemspec(bytes, file.path) }));
    }
    if (kind !== 'directory' || isInsideGem(file.path)) return undefined;
    return wholeFile(file, maxLock, (bytes) => ({ listing: parseGemfileLock(bytes) }));
  },
  packages(found): Catalogued {
    const placed = placesOf(found);
    const files = found.map((file) => ({
      ...file,
      value:
        'listing' in file.value
          ? file.value.listing
          : { packages: [toListed(file.path, file.value.installed, placed)], rejected: [] },
    }));
    return toPackages('ruby', files);
  },
};

/** RubyGems writes `specifications/NAME-VERSION.gemspec`, for the gems of Ruby itself in `specifications/default`. */
function isInstalled(path: string): boolean {
  return /(?:^|\/)specifications\/(?:[^/]+\/)?[^/]+\.gemspec$/.test(path);
}

/** Gems carry the gemspec and lock file of their own development with them. */
function isInsideGem(path: string): boolean {
  return /(?:^|\/)gems\/[^/]+-\d[^/]*\//.test(path);
}

/** Where the gems of each name lie; several versions of one may be installed side by side. */
function placesOf(found: readonly SelectedFile<RubyFound>[]): Map<string, string | undefined> {
  const out = new Map<string, string | undefined>();
  for (const { path, value } of found) {
    if ('listing' in value) continue;
    const { name } = value.installed;
    out.set(name, out.has(name) ? undefined : `/${path}`);
  }
  return out;
}

function toListed(path: string, gem: Gemspec, placed: ReadonlyMap<string, string | undefined>): Listed {
  const { name, version, platform, licenses, summary, authors, needs } = gem;
  return {
    key: `/${path}`,
    ...(isInstalled(path) ? {} : { kind: 'application' as const }),
    name,
    version,
    purl: formatPurl({ type: 'gem', name, version }),
    licenses,
    ...(summary === undefined ? {} : { description: summary }),
    ...(authors.length === 0 ? {} : { supplier: authors.join(', ').slice(0, 200) }),
    dependsOn: needs.map((need) => placed.get(need)).filter((key) => key !== undefined),
    properties: platform === 'ruby' ? [] : [{ name: 'gem:platform', value: platform }],
  };
}
