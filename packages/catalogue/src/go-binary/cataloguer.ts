import type { Cataloguer } from '../cataloguer.ts';
import { executableReader, isExecutable } from '../executable/executable-reader.ts';
import { modulePurl } from '../go-mod/module-purl.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { type GoBuildInfo, planBuildInfo } from './find-build-info.ts';
import { mainVersion } from './main-version.ts';
import { type GoModule, parseModules } from './parse-modules.ts';

const id = 'go-binary';

/** Settings of a build that tell builds apart. Source: Go's runtime/debug, `BuildSetting`. */
const toldSettings = ['GOOS', 'GOARCH', 'vcs', 'vcs.revision', 'vcs.time', 'vcs.modified', '-tags'];

/** Modules built into Go programs, and the standard library they were built with. */
export const goBinary: Cataloguer<readonly GoBuildInfo[]> = {
  id,
  version: 1,
  selectByHead: (file, head) => (isExecutable(head) ? executableReader(file, planBuildInfo) : undefined),
  packages: (found) =>
    toPackages(
      id,
      found.map(({ path, layer, value }) => ({
        path,
        ...(layer === undefined ? {} : { layer }),
        value: { packages: value.flatMap((info) => toListing(info).packages), rejected: [] },
      })),
    ),
};

/** What one program lists: the main module, which needs all the others, and the standard library. */
export function toListing(info: GoBuildInfo): Listing {
  const modules = parseModules(info.modules);
  const others = [standardLibrary(info.goVersion), ...modules.dependencies.map(toListed)];
  const listed = others.filter((one) => one !== undefined);
  if (modules.main === undefined) return { packages: listed, rejected: [] };
  const path = modules.main.path;
  const version = mainVersion(modules);
  const main: Listed = {
    key: path,
    kind: 'application',
    name: path,
    version,
    purl: modulePurl(path, version),
    dependsOn: listed.map(({ key }) => key),
    properties: toldSettings.flatMap((name) => {
      const value = modules.settings.get(name);
      return value === undefined ? [] : [{ name: `go:${name}`, value }];
    }),
  };
  return { packages: [main, ...listed], rejected: [] };
}

/**
 * A module, under the name of what was built in its place. A folder has no name anybody knows: then the module keeps its own,
 * since the folder is most likely a changed copy of it.
 */
function toListed(module: GoModule): Listed | undefined {
  const { replacedBy } = module;
  const isByModule = replacedBy !== undefined && !/^(?:\.{0,2}\/|\.{1,2}$|[A-Za-z]:)/.test(replacedBy.path);
  const { path, version } = isByModule ? replacedBy : module;
  if (path === '') return undefined;
  const known = version === '(devel)' ? '' : version;
  return {
    key: path,
    name: path,
    version: known,
    purl: modulePurl(path, known),
    properties:
      replacedBy === undefined
        ? []
        : [{ name: isByModule ? 'go:replaces' : 'go:replaced-by', value: isByModule ? module.path : replacedBy.path }],
  };
}

/** `stdlib` as the Go vulnerability database names it. A version of a toolchain under development is a commit, hence unknown. */
function standardLibrary(goVersion: string): Listed {
  const version = /^go(\d\S*)/.exec(goVersion)?.[1] ?? '';
  return {
    key: 'stdlib',
    name: 'stdlib',
    version: version === '' ? '' : `go${version}`,
    purl: modulePurl('stdlib', version),
    properties: goVersion === `go${version}` ? [] : [{ name: 'go:version', value: goVersion }],
  };
}
