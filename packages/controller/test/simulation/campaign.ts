import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mutations } from './mutations.ts';
import type { SimulationReport } from './simulate.ts';

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Scans of one process; each has a cluster of its own. */
const perWorld = 2_500;

/** What a simulation in a process of its own said. A process that crashes, or takes too long, says why. */
export type Told = { readonly report: SimulationReport } | { readonly crash: string; readonly isTimeout: boolean };

/** `late`: nothing is lost and nobody is killed, but everything comes late. */
export type WorldName = 'stormy' | 'late';

/** One simulation, with one guard taken out where one is named. */
export async function simulateApart(
  seed: number,
  scans: number,
  guard = '',
  world: WorldName = 'stormy',
): Promise<Told> {
  const args = ['--import', here('mutate.ts'), here('run-simulation.ts'), String(seed), String(scans), world];
  const timeout = 60_000 + scans * 100;
  try {
    const { stdout } = await run(process.execPath, args, { timeout, env: { ...process.env, ASSAY_MUTATION: guard } });
    return { report: JSON.parse(stdout) as SimulationReport };
  } catch (error) {
    const { killed = false, stderr = '' } = error as { readonly killed?: boolean; readonly stderr?: string }; // what execFile rejects with
    return { crash: stderr.slice(-2_000), isTimeout: killed };
  }
}

/** Admissions of one world that may be out of turn: after a kill the order is found anew. Over all worlds it is a tenth. */
const mostUnfair = 0.15;

/** What breaks a promise; nothing when all are kept. */
export function complaintsOf(told: Told): readonly string[] {
  if ('crash' in told) return [told.isTimeout ? 'it did not end in time' : `it crashed: ${told.crash}`];
  const { complaints, unfairShare } = told.report;
  return unfairShare > mostUnfair
    ? [`${(unfairShare * 100).toFixed(1)} % of all admissions were unfair`, ...complaints]
    : complaints;
}

/** Whether the simulation notices that a guard is missing. One that is merely slow proves nothing. */
export async function noticesMissing(guard: string, seed: number): Promise<boolean> {
  for (let next = seed; next < seed + 12; next += 1) {
    for (const world of ['late', 'stormy'] as const) {
      const told = await simulateApart(next, 700, guard, world);
      if ('crash' in told ? !told.isTimeout : complaintsOf(told).length > 0) return true;
    }
  }
  return false;
}

export interface CampaignResult {
  readonly isGood: boolean;
  /** Lines of Markdown. */
  readonly lines: readonly string[];
}

/** Runs `scans` scans under random faults, then takes out every guard once. */
export async function lifecycleCampaign(seed: number, scans: number): Promise<CampaignResult> {
  const began = performance.now();
  const worlds = Array.from({ length: Math.ceil(scans / perWorld) }, (_one, at) => ({
    seed: seed + at,
    scans: Math.min(perWorld, scans - at * perWorld),
    name: at % 5 === 4 ? ('late' as const) : ('stormy' as const),
  }));
  const told = await inParallel(worlds, (world) => simulateApart(world.seed, world.scans, '', world.name));
  const seconds = (performance.now() - began) / 1000;
  const complaints = told.flatMap(complaintsOf);
  const reports = told.flatMap((one) => ('report' in one ? [one.report] : []));
  const sum = (value: (one: SimulationReport) => number): number => reports.reduce((all, one) => all + value(one), 0);
  const unfair = sum((one) => one.unfairShare) / Math.max(1, reports.length);
  const noticed = await inParallel(mutations, async ({ guard }) => ({
    guard,
    isNoticed: await noticesMissing(guard, seed),
  }));
  const missed = noticed.filter(({ isNoticed }) => !isNoticed);
  return {
    isGood: complaints.length === 0 && missed.length === 0 && unfair <= 0.1,
    lines: [
      '| what | value |',
      '|---|---|',
      `| scans | ${sum((one) => one.scans)} |`,
      `| controller kills, at writes | ${sum((one) => one.kills)} |`,
      `| writes of the controller | ${sum((one) => one.writes)} |`,
      `| steps judged | ${sum((one) => one.steps)} |`,
      `| most runs active at once (cap 20) | ${Math.max(...reports.map((one) => one.mostActive))} |`,
      `| admissions out of turn, worst world | ${(100 * Math.max(...reports.map((one) => one.unfairShare))).toFixed(1)} % |`,
      `| admissions out of turn, all worlds | ${(100 * unfair).toFixed(1)} % |`,
      `| virtual time | ${sum((one) => one.virtualHours).toFixed(1)} h |`,
      `| real time | ${seconds.toFixed(0)} s in ${worlds.length} worlds, ${parallel} at a time; every fifth without a loss, but late |`,
      `| broken promises | ${complaints.length} |`,
      `| guards taken out, and noticed | ${noticed.length - missed.length} of ${noticed.length} |`,
      ...complaints.slice(0, 20).map((one) => `\n- ${one}`),
      ...missed.map(({ guard }) => `\n- not noticed: ${guard}`),
    ],
  };
}

const parallel = Math.max(1, availableParallelism());

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const waiting = items.map((item, at) => ({ item, at }));
  const results: R[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next.at] = await work(next.item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}
