import type { FileHeader, FileReader, SelectedFile } from '@assay/image';
import { type Catalogued, type Cataloguer, type TargetKind, wholeFile } from '../cataloguer.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { modulePurl } from './module-purl.ts';
import { type GoMod, parseGoMod, parseGoSum } from './parse-go-mod.ts';

const id = 'go-mod';
const maxFile = 24 * 1024 * 1024;

type GoFile = { readonly mod: GoMod } | { readonly sums: ReadonlyMap<string, string> };

/** Modules that a folder of Go sources is built from. */
export const goMod: Cataloguer<GoFile> = {
  id,
  version: 1,
  files: { baseNames: ['go.mod', 'go.sum'] },
  select,
  packages,
};

function select(file: FileHeader, kind: TargetKind): FileReader<GoFile> | undefined {
  // The module cache holds the sources of modules: what they were developed with is not what is built.
  if (kind !== 'directory' || /(?:^|\/)pkg\/mod\//.test(file.path)) return undefined;
  return file.path.endsWith('go.mod')
    ? wholeFile(file, maxFile, (bytes) => ({ mod: parseGoMod(bytes) }))
    : wholeFile(file, maxFile, (bytes) => ({ sums: parseGoSum(bytes) }));
}

function packages(found: readonly SelectedFile<GoFile>[]): Catalogued {
  const sums = new Map<string, ReadonlyMap<string, string>>();
  for (const { path, value } of found) if ('sums' in value) sums.set(path, value.sums);
  const files = found.flatMap(({ path, layer, value }) =>
    'mod' in value
      ? [
          {
            path,
            ...(layer === undefined ? {} : { layer }),
            value: toListing(value.mod, sums.get(path.replace(/mod$/, 'sum'))),
          },
        ]
      : [],
  );
  return toPackages(id, files);
}

/** The module itself and all that it requires. Before Go 1.17 a go.mod names only the direct ones; the others stand in go.sum alone. */
function toListing(mod: GoMod, sums: ReadonlyMap<string, string> | undefined): Listing {
  const direct = new Set(mod.requires.filter(({ indirect }) => !indirect).map(({ path }) => path));
  const versions = new Map(mod.requires.map(({ path, version }) => [path, version]));
  if (sums !== undefined && isBefore117(mod.go)) {
    for (const [path, version] of sums) if (!versions.has(path)) versions.set(path, version);
  }
  const listed: Listed[] = [...versions].map(([path, version]) => ({
    key: path,
    name: path,
    version,
    purl: modulePurl(path, version),
  }));
  if (mod.module !== undefined) {
    listed.push({
      key: mod.module,
      kind: 'application',
      name: mod.module,
      version: '',
      purl: modulePurl(mod.module, ''),
      dependsOn: [...direct],
    });
  }
  return { packages: listed, rejected: mod.rejected };
}

/** Source: go.dev/ref/mod, "Module graph pruning". Without a `go` line a go.mod is of Go 1.16. */
function isBefore117(go: string | undefined): boolean {
  const [major = 1, minor = 16] = (go ?? '1.16').split('.').map(Number);
  return major === 1 && minor < 17;
}
