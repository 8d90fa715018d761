// Builds and pushes the images, installs the product on the cluster of ../shared, runs the stories of e2e/, takes the product away
// again, and ends with one plain line: "N passed, N failed".
//   npm run e2e [-- vitest arguments]
import { clusterEnvironment } from '../e2e/cluster.ts';
import { withInstallation } from '../e2e/installation.ts';
import { runVitest, tellTotals } from './vitest-totals.ts';

const env = clusterEnvironment();
const args = ['--no-file-parallelism', ...process.argv.slice(2)];
tellTotals(await withInstallation(env, () => runVitest(['e2e'], args, env)));
