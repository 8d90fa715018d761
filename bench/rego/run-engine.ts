// node run-engine.ts REPORT: times of the engine in a process of its own, as JSON.
import { readFileSync } from 'node:fs';
import { ignoreList, longPolicy, severityPolicy } from './policies.ts';

const [report = ''] = process.argv.slice(2);
const began = performance.now();
const { compile } = await import('@assay/rego');
const importMs = performance.now() - began;

async function compileTimes(): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    const from = performance.now();
    const compiled = await compile(new Map([['long.rego', longPolicy()]]));
    await compiled.prepare('data.long.deny');
    times.push(performance.now() - from);
  }
  return times;
}

const compileMs = await compileTimes();
const input = JSON.parse(readFileSync(report, 'utf8'));
const query = await (await compile(new Map([['release.rego', severityPolicy]]))).prepare('data.release');
const rss = () => process.memoryUsage().rss / 1e6;
const before = rss();
const evaluateMs: number[] = [];
let peak = 0;
for (let round = 0; round < 25; round++) {
  const from = performance.now();
  const { results } = query.evaluate(input, { data: ignoreList });
  evaluateMs.push(performance.now() - from);
  if (results.length !== 1) throw new Error('the policy has no result');
  peak = Math.max(peak, rss());
}
process.stdout.write(JSON.stringify({ importMs, compileMs, evaluateMs, memory: peak - before }));
