// node run-simulation.ts SEED SCANS: one simulation in a process of its own. Prints the report as JSON.
import type { FaultRates } from './faulty-transport.ts';
import { simulate } from './simulate.ts';

export const stormy: FaultRates = {
  reset: 0.005,
  lostAnswer: 0.008,
  tooMany: 0.005,
  serverError: 0.005,
  slow: 0.02,
  brokenWatch: 0.001,
  kill: 0.009,
};

const [seed = '1', scans = '300'] = process.argv.slice(2);
const report = await simulate({ seed: Number(seed), scans: Number(scans), cap: 20, namespaces: 4, rates: stormy });
process.stdout.write(`${JSON.stringify(report)}\n`);
