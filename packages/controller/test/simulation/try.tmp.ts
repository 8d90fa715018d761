import { noFaults } from './faulty-transport.ts';
import { simulate } from './simulate.ts';

const n = Number(process.argv[2] ?? 200);
const t = performance.now();
const rates =
  process.argv[3] === 'faults'
    ? {
        reset: 0.005,
        lostAnswer: 0.005,
        tooMany: 0.005,
        serverError: 0.005,
        slow: 0.02,
        brokenWatch: 0.001,
        kill: 0.003,
      }
    : noFaults;
const r = await simulate({ seed: Number(process.argv[4] ?? 1), scans: n, cap: 20, namespaces: 4, rates });
console.log(r, ((performance.now() - t) / n).toFixed(2), 'ms per scan', process.memoryUsage().rss >> 20);
