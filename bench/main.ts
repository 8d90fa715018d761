// Measures, in ratios against peers of the same run.
//   npm run bench -- NAME [--rounds N]
// Names: scan (images, start-up, the cache), growth (twice the data, twice the packages), sbom (large documents), hostile (bad input),
// cluster (the controller's cost; scans on the cluster of ../shared), rego (compiling and evaluating policies), store (ingest and answers on both databases). Printed as a table and as JSON.
import { type Figure, printFigures } from './table.ts';

const benches: Readonly<
  Record<string, () => Promise<{ readonly run: (rounds: number) => Promise<readonly Figure[]> }>>
> = {
  scan: () => import('./scan.ts'),
  growth: () => import('./growth.ts'),
  sbom: () => import('./sbom.ts'),
  hostile: () => import('./hostile.ts'),
  cluster: () => import('./cluster.ts'),
  rego: () => import('./rego.ts'),
  store: () => import('./store.ts'),
};

const [name = '', ...rest] = process.argv.slice(2).filter((word) => word !== '--');
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`bench: name one of ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
const at = rest.indexOf('--rounds');
const rounds = at < 0 ? 5 : Number(rest[at + 1]);
const figures = await (await bench()).run(rounds);
printFigures(`bench ${name}, ${rounds} rounds, medians`, figures);
process.stdout.write(`\n${JSON.stringify({ bench: name, rounds, node: process.versions.node, figures })}\n`);
