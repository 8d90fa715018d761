import { metricTable, readMetrics } from './vector.ts';

// Source: A Complete Guide to the Common Vulnerability Scoring System Version 2.0, FIRST, sections 2 and 3.2.1.
const base = ['AV', 'AC', 'Au', 'C', 'I', 'A'];
const allowed = metricTable({
  AV: 'L A N',
  AC: 'H M L',
  Au: 'M S N',
  C: 'N P C',
  I: 'N P C',
  A: 'N P C',
  E: 'U POC F H ND',
  RL: 'OF TF W U ND',
  RC: 'UC UR C ND',
  CDP: 'N L LM MH H ND',
  TD: 'N L M H ND',
  CR: 'L M H ND',
  IR: 'L M H ND',
  AR: 'L M H ND',
});
const accessVector = { L: 0.395, A: 0.646, N: 1 };
const accessComplexity = { H: 0.35, M: 0.61, L: 0.71 };
const authentication = { M: 0.45, S: 0.56, N: 0.704 };
const impacts = { N: 0, P: 0.275, C: 0.66 };

/** The base score of a CVSS v2 vector without prefix and brackets. Temporal and environmental metrics are checked, not counted. */
export function scoreV2(text: string): number | undefined {
  const metrics = readMetrics(text, allowed, base);
  if (metrics === undefined) return undefined;
  const weigh = (name: string, weights: Readonly<Record<string, number>>): number =>
    weights[metrics.get(name) ?? ''] ?? 0;
  const impact = 10.41 * (1 - (1 - weigh('C', impacts)) * (1 - weigh('I', impacts)) * (1 - weigh('A', impacts)));
  const exploitability = 20 * weigh('AV', accessVector) * weigh('AC', accessComplexity) * weigh('Au', authentication);
  if (impact < 1e-9) return 0;
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
  // Half up; what floating point loses must not turn a half down.
  return Math.max(0, Math.round(score * 10 + 1e-7) / 10);
}
