// node run-simulation.ts SEED SCANS WORLD: one simulation in a process of its own. Prints the report as JSON.
import type { FaultRates } from './faulty-transport.ts';
import { noFaults } from './faulty-transport.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

const stormy: FaultRates = {
  reset: 0.005,
  lostAnswer: 0.008,
  tooMany: 0.005,
  serverError: 0.005,
  slow: 0.02,
  brokenWatch: 0.001,
  lag: 0.0005,
  kill: 0.009,
};

type World = Pick<SimulationOptions, 'rates' | 'fates' | 'isCalm'>;

/** What can go wrong in a world. */
const worlds: Readonly<Record<string, World>> = {
  /** Everything, and the controller is killed. */
  stormy: { rates: stormy },
  /** Nothing is lost, but everything comes late, and people change their minds. */
  late: {
    rates: { ...noFaults, slow: 0.2, lag: 0.02 },
    fates: { good: 40, remade: 40, deleted: 10, held: 10 },
    isCalm: true,
  },
};

const [seed = '1', scans = '300', name = 'stormy'] = process.argv.slice(2);
const world = worlds[name];
if (world === undefined) throw new Error(`there is no world ${name}`);
const report = await simulate({ seed: Number(seed), scans: Number(scans), cap: 20, namespaces: 4, ...world });
process.stdout.write(`${JSON.stringify(report)}\n`);
