// Runs every test of this repository, but for those that need a cluster (npm run e2e), and ends with one plain line: "N passed, N failed".
//   npm test [-- vitest arguments]
import { runVitest, tellTotals } from './vitest-totals.ts';

tellTotals(runVitest(['unit', 'suite'], process.argv.slice(2)));
