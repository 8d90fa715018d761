/**
 * Who may import whom. A room is a workspace; what is not listed is refused. Tests may also import `testkit`.
 * In one breath: apps compose adapters; adapters implement ports; the pipeline speaks the contract; the contract speaks to nobody.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  'packages/contract': [],
  'packages/pipeline': ['contract'],
  'packages/oci': ['contract'],
  'packages/sbom': ['contract'],
  'packages/advisories': ['contract'],
  'packages/image': ['contract', 'oci'],
  'packages/catalogue': ['contract', 'image'],
  'packages/scanners': ['contract', 'sbom', 'catalogue', 'advisories'],
  'packages/output': ['contract', 'sbom', 'pipeline'],
  'packages/local': ['contract', 'pipeline', 'oci', 'image', 'sbom', 'catalogue', 'advisories', 'scanners'],
  'packages/commands': [
    'contract',
    'pipeline',
    'sbom',
    'output',
    'local',
    'advisories',
    'kube',
    'images',
    'policy',
    'rego',
    'store',
    'store-api',
    'insight',
  ],
  'packages/kube': ['contract', 'pipeline'],
  'packages/apiserver': ['contract'],
  'packages/controller': ['contract', 'pipeline', 'kube'],
  'packages/runner': ['contract', 'pipeline', 'oci', 'sbom'],
  'packages/cloudevents': ['contract'],
  'packages/observer': ['contract', 'pipeline', 'kube', 'oci', 'image', 'sbom', 'cloudevents'],
  'packages/store': ['contract', 'sbom'],
  'packages/store-api': ['contract', 'store', 'cloudevents', 'kube'],
  'packages/insight': ['contract'],
  'packages/images': ['contract', 'oci'],
  // Alone: others could use it.
  'packages/rego': [],
  'packages/policy': ['contract', 'rego'],
  'packages/testkit': [
    'contract',
    'pipeline',
    'oci',
    'image',
    'sbom',
    'catalogue',
    'advisories',
    'scanners',
    'kube',
    'apiserver',
    'cloudevents',
    'store',
  ],
  'apps/cli': ['contract', 'commands', 'local', 'store'],
  'apps/controller': ['contract', 'controller', 'kube'],
  'apps/runner': ['contract', 'runner'],
  'apps/observer': ['contract', 'observer', 'kube', 'oci'],
  'apps/store': ['contract', 'store', 'store-api', 'kube'],
};

/** Rooms that are decisions and words only: no `node:*`, no clock. */
export const pureRooms: ReadonlySet<string> = new Set(['packages/contract', 'packages/pipeline']);

/** The only files that may read the environment. */
export const environmentReaders: readonly RegExp[] = [
  /^apps\/[^/]+\/src\/(?:config|main)\.ts$/,
  /^packages\/testkit\//,
];

/** Folder and file names that say nothing. */
export const emptyNames: ReadonlySet<string> = new Set([
  'utils',
  'util',
  'common',
  'helpers',
  'helper',
  'misc',
  'shared',
]);

/** Files that are longer than a file should be, each with the reason. The list may only shrink: an entry that is no longer needed is refused. */
export const tooLong: ReadonlyMap<string, string> = new Map([
  ['packages/rego/src/compile/locals.ts', 'still grows with the compiler; to be cut by kinds of scope'],
  ['packages/rego/src/syntax/expr-parser.ts', 'to be cut into literals and terms'],
  ['packages/rego/src/syntax/term-parser.ts', 'to be cut into references, comprehensions and calls'],
]);
