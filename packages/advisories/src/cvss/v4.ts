import { findMacroScore } from './macro-vectors.ts';
import { metricTable, readMetrics } from './vector.ts';

// Source: CVSS v4.0 Specification Document, FIRST, sections 7 (vector string) and 8 (scoring).
const base = ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'];
const allowed = metricTable({
  AV: 'N A L P',
  AC: 'L H',
  AT: 'N P',
  PR: 'N L H',
  UI: 'N P A',
  VC: 'H L N',
  VI: 'H L N',
  VA: 'H L N',
  SC: 'H L N',
  SI: 'H L N',
  SA: 'H L N',
  E: 'X A P U',
  CR: 'X H M L',
  IR: 'X H M L',
  AR: 'X H M L',
  MAV: 'X N A L P',
  MAC: 'X L H',
  MAT: 'X N P',
  MPR: 'X N L H',
  MUI: 'X N P A',
  MVC: 'X H L N',
  MVI: 'X H L N',
  MVA: 'X H L N',
  MSC: 'X H L N',
  MSI: 'X S H L N',
  MSA: 'X S H L N',
  S: 'X N P',
  AU: 'X N Y',
  R: 'X A U I',
  V: 'X D C',
  RE: 'X L M H',
  U: 'X Clear Green Amber Red',
});

/** Values from the most to the least severe; a value's place is its distance. `S` (safety) stands before `H` for SC, SI and SA. */
const ladder: Readonly<Record<string, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
};

/** What an undefined metric counts as: the worst case. */
const worst: Readonly<Record<string, string>> = { E: 'A', CR: 'H', IR: 'H', AR: 'H' };

/** A set of classes, the metrics that place a vector inside it, its highest vectors and how deep it is. Source: section 8.3, tables. */
interface Group {
  readonly metrics: readonly string[];
  /** By level (of EQ3 and EQ6 together: `36`): the values, in the order of `metrics`, of its highest vectors. */
  readonly highest: Readonly<Record<string, readonly string[]>>;
  readonly depth: Readonly<Record<string, number>>;
}

const groups = {
  eq1: {
    metrics: ['AV', 'PR', 'UI'],
    highest: { 0: ['NNN'], 1: ['ANN', 'NLN', 'NNP'], 2: ['PNN', 'ALP'] },
    depth: { 0: 1, 1: 4, 2: 5 },
  },
  eq2: { metrics: ['AC', 'AT'], highest: { 0: ['LN'], 1: ['HN', 'LP'] }, depth: { 0: 1, 1: 2 } },
  eq36: {
    metrics: ['VC', 'VI', 'VA', 'CR', 'IR', 'AR'],
    highest: {
      '00': ['HHHHHH'],
      '01': ['HHLMMH', 'HHHMMM'],
      10: ['LHHHHH', 'HLHHHH'],
      11: ['LHLHMH', 'LHHHMM', 'HLHMHM', 'HLLMHH', 'LLHHHM'],
      21: ['LLLHHH'],
    },
    depth: { '00': 7, '01': 6, 10: 8, 11: 8, 21: 10 },
  },
  eq4: { metrics: ['SC', 'SI', 'SA'], highest: { 0: ['HSS'], 1: ['HHH'], 2: ['LLL'] }, depth: { 0: 6, 1: 5, 2: 4 } },
} as const satisfies Record<string, Group>;

type Value = (metric: string) => string;

/**
 * The score of a CVSS v4.0 vector without prefix. Every metric given counts, so that the score is a CVSS-B, -BT, -BE or -BTE score
 * by what the vector holds (section 1.3); supplemental metrics never change a score.
 */
export function scoreV4(text: string): number | undefined {
  const metrics = readMetrics(text, allowed, base);
  if (metrics === undefined) return undefined;
  const value: Value = (metric) => {
    const modified = metrics.get(`M${metric}`) ?? 'X';
    const own = modified === 'X' ? (metrics.get(metric) ?? 'X') : modified;
    return own === 'X' ? (worst[metric] ?? own) : own;
  };
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((metric) => value(metric) === 'N')) return 0;
  return interpolate(value);
}

/** The macro vector's score, less the mean of how far the vector lies below the top of each class (section 8.2). */
function interpolate(value: Value): number | undefined {
  const [eq1, eq2, eq3, eq4, eq5, eq6] = classesOf(value);
  const score = findMacroScore([eq1, eq2, eq3, eq4, eq5, eq6]);
  if (score === undefined) return undefined;
  const steps: (readonly [lower: number | undefined, share: number])[] = [
    [findMacroScore([eq1 + 1, eq2, eq3, eq4, eq5, eq6]), share(groups.eq1, `${eq1}`, value)],
    [findMacroScore([eq1, eq2 + 1, eq3, eq4, eq5, eq6]), share(groups.eq2, `${eq2}`, value)],
    [lowerOfThreeAndSix(eq1, eq2, eq3, eq4, eq5, eq6), share(groups.eq36, `${eq3}${eq6}`, value)],
    [findMacroScore([eq1, eq2, eq3, eq4 + 1, eq5, eq6]), share(groups.eq4, `${eq4}`, value)],
    // Every vector of a class of EQ5 is a highest one.
    [findMacroScore([eq1, eq2, eq3, eq4, eq5 + 1, eq6]), 0],
  ];
  let sum = 0;
  let count = 0;
  for (const [lower, part] of steps) {
    if (lower === undefined) continue;
    sum += (score - lower) * part;
    count++;
  }
  const exact = count === 0 ? score : score - sum / count;
  // Half up; what floating point loses must not turn a half down.
  return Math.min(10, Math.max(0, Math.round((exact + 1e-6) * 10) / 10));
}

/** EQ3 and EQ6 step down together; from the top there are two ways, and the higher score counts. */
function lowerOfThreeAndSix(
  eq1: number,
  eq2: number,
  eq3: number,
  eq4: number,
  eq5: number,
  eq6: number,
): number | undefined {
  const byThree = findMacroScore([eq1, eq2, eq3 + 1, eq4, eq5, eq6]);
  const bySix = findMacroScore([eq1, eq2, eq3, eq4, eq5, eq6 + 1]);
  if (eq3 === 0 && eq6 === 0) return Math.max(byThree ?? 0, bySix ?? 0);
  return eq6 === 1 ? byThree : bySix;
}

/** How far below the highest vector of its class, 0–1 and beyond: the distance over the depth. */
function share(group: Group, level: string, value: Value): number {
  for (const highest of group.highest[level] ?? []) {
    const distance = distanceTo(group.metrics, highest, value);
    if (distance !== undefined) return distance / (group.depth[level] ?? 1);
  }
  return 0;
}

/** Steps from a highest vector down to this one; `undefined` when a metric is more severe than there. */
function distanceTo(metrics: readonly string[], highest: string, value: Value): number | undefined {
  let sum = 0;
  for (const [i, metric] of metrics.entries()) {
    const rungs = ladder[metric] ?? '';
    const steps = rungs.indexOf(value(metric)) - rungs.indexOf(highest[i] ?? '');
    if (steps < 0) return undefined;
    sum += steps;
  }
  return sum;
}

/** The levels of the six equivalence classes, 0 the worst. Source: section 8.3, tables 24 to 29. */
function classesOf(value: Value): [number, number, number, number, number, number] {
  const is = (metric: string, wanted: string): boolean => value(metric) === wanted;
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = open.every(Boolean) ? 0 : open.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? 1 : 2;
  const eq4 = is('SI', 'S') || is('SA', 'S') ? 0 : is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  const eq5 = is('E', 'A') ? 0 : is('E', 'P') ? 1 : 2;
  const wanted = (need: string, impact: string): boolean => is(need, 'H') && is(impact, 'H');
  const eq6 = wanted('CR', 'VC') || wanted('IR', 'VI') || wanted('AR', 'VA') ? 0 : 1;
  return [eq1, eq2, eq3, eq4, eq5, eq6];
}
