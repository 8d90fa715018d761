import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOpa } from '@assay/testkit';
import { runOnce } from './measure.ts';
import { benchFolder } from './peers.ts';
import { ignoreList, reportText, severityPolicy } from './rego/policies.ts';
import type { Figure } from './table.ts';

interface Times {
  readonly importMs: number;
  readonly compileMs: readonly number[];
  readonly evaluateMs: readonly number[];
  readonly memory: number;
}

/** Rego: compiling, and the severity-and-ignore-list policy over reports, beside native `opa eval` in the same run. */
export async function run(rounds: number): Promise<readonly Figure[]> {
  mkdirSync(benchFolder, { recursive: true });
  const small = made('findings-10000.json', () => reportText(10_000));
  const large = made('findings-100000.json', () => reportText(100_000));
  const ours: Times[] = [];
  const big: Times[] = [];
  const peer: number[] = [];
  const opa = findOpa('bench rego');
  for (let round = 0; round < rounds; round++) {
    ours.push(measure(small));
    big.push(measure(large));
    if (opa !== undefined) peer.push(await opaTime(opa, small));
  }
  const warm = median(ours.map(({ evaluateMs }) => quantile(evaluateMs.slice(5), 0.95)));
  return [
    { what: 'import of the package', value: median(ours.map(({ importMs }) => importMs)), unit: 'ms', atMost: 30 },
    {
      what: '200-line policy: first compile',
      value: median(ours.map(({ compileMs }) => compileMs[0] ?? 0)),
      unit: 'ms',
    },
    {
      what: '200-line policy: compile',
      value: median(ours.map(({ compileMs }) => median(compileMs))),
      unit: 'ms',
      atMost: 20,
    },
    {
      what: '10 000 findings: first evaluation',
      value: median(ours.map(({ evaluateMs }) => evaluateMs[0] ?? 0)),
      unit: 'ms',
    },
    { what: '10 000 findings: p95 warm', value: warm, unit: 'ms', atMost: 150 },
    ...(peer.length === 0
      ? []
      : [
          {
            what: '10 000 findings: warm / user time of opa eval',
            value: warm / 1000 / median(peer),
            unit: '×',
            atMost: 0.5,
          },
        ]),
    {
      what: '100 000 findings: median warm',
      value: median(big.map(({ evaluateMs }) => median(evaluateMs.slice(5)))),
      unit: 'ms',
      atMost: 1500,
    },
    {
      what: '10 000 findings: memory above the report',
      value: median(ours.map(({ memory }) => memory)),
      unit: 'MB',
      atMost: 256,
    },
  ];
}

function made(name: string, write: () => string): string {
  const path = join(benchFolder, name);
  if (!existsSync(path)) writeFileSync(path, write());
  return path;
}

const measure = (report: string): Times =>
  JSON.parse(execFileSync(process.execPath, ['bench/rego/run-engine.ts', report], { encoding: 'utf8' })) as Times; // what run-engine.ts prints

/** Seconds of processor time of the whole process, reading the report included: that is how people run it. */
async function opaTime(program: string, report: string): Promise<number> {
  const policy = join(benchFolder, 'release.rego');
  const data = join(benchFolder, 'ignore.json');
  writeFileSync(policy, severityPolicy);
  writeFileSync(data, JSON.stringify(ignoreList));
  const { cpu } = await runOnce({ program, args: ['eval', '-d', policy, '-d', data, '-i', report, 'data.release'] });
  return cpu;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
