import { metricTable, readMetrics } from './vector.ts';

// Source: CVSS v3.0 and v3.1 Specification Documents, FIRST, sections 7.1 and 7.4, and appendix A of v3.1.
const base = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];
const allowed = metricTable({
  AV: 'N A L P',
  AC: 'L H',
  PR: 'N L H',
  UI: 'N R',
  S: 'U C',
  C: 'N L H',
  I: 'N L H',
  A: 'N L H',
  E: 'X U P F H',
  RL: 'X O T W U',
  RC: 'X U R C',
  CR: 'X L M H',
  IR: 'X L M H',
  AR: 'X L M H',
  MAV: 'X N A L P',
  MAC: 'X L H',
  MPR: 'X N L H',
  MUI: 'X N R',
  MS: 'X U C',
  MC: 'X N L H',
  MI: 'X N L H',
  MA: 'X N L H',
});
const attackVector = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const attackComplexity = { L: 0.77, H: 0.44 };
const privileges = { N: 0.85, L: 0.62, H: 0.27 };
const privilegesChanged = { N: 0.85, L: 0.68, H: 0.5 };
const userInteraction = { N: 0.85, R: 0.62 };
const impacts = { H: 0.56, L: 0.22, N: 0 };

/** The base score of a CVSS v3.0 or v3.1 vector without prefix. Temporal and environmental metrics are checked, not counted. */
export function scoreV3(text: string): number | undefined {
  const metrics = readMetrics(text, allowed, base);
  if (metrics === undefined) return undefined;
  const weigh = (name: string, weights: Readonly<Record<string, number>>): number =>
    weights[metrics.get(name) ?? ''] ?? 0;
  const changed = metrics.get('S') === 'C';
  const sub = 1 - (1 - weigh('C', impacts)) * (1 - weigh('I', impacts)) * (1 - weigh('A', impacts));
  const impact = changed ? 7.52 * (sub - 0.029) - 3.25 * (sub - 0.02) ** 15 : 6.42 * sub;
  if (impact <= 0) return 0;
  const exploitability =
    8.22 *
    weigh('AV', attackVector) *
    weigh('AC', attackComplexity) *
    weigh('PR', changed ? privilegesChanged : privileges) *
    weigh('UI', userInteraction);
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** The least number with one decimal that is not below `score`, safe from floating point. Source: v3.1, appendix A "Roundup". */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
