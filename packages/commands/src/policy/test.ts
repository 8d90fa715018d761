import { plainText } from '@assay/output';
import { exitCodeOf } from '@assay/pipeline';
import { type Coverage, loadPolicyFiles, type TestReport, type TestResult, testPolicies } from '@assay/policy';
import type { World } from '../world.ts';
import { junitText } from './junit.ts';
import type { PolicyWords } from './policy-command.ts';

interface TestWords extends PolicyWords {
  readonly verbose?: boolean;
  readonly run?: RegExp;
  readonly coverage?: boolean;
  readonly timeout: number;
  readonly output: 'text' | 'json' | 'junit';
}

/** `assay policy test PATH…`: 0 when all tests pass, 3 when one does not, 4 when there is none. */
export async function test(world: World, paths: readonly string[], words: TestWords): Promise<number> {
  const files = await loadPolicyFiles(paths, { data: true, signal: world.signal });
  const report = await testPolicies(files, {
    dialect: words.rego,
    strict: words.strict ?? false,
    ...(words.run === undefined ? {} : { only: words.run }),
    timeoutMs: words.timeout * 1000,
    now: BigInt(world.now().getTime()) * 1_000_000n,
    coverage: words.coverage ?? false,
    signal: world.signal,
  });
  await world.stdout.write(`${tell(report, words)}\n`);
  const { results } = report;
  const isBad = results.some(({ verdict }) => verdict === 'failed' || verdict === 'error');
  if (results.length === 0) await world.stderr.write('no rule has a name that begins with test_\n');
  return exitCodeOf([isBad ? 'violating' : results.length === 0 ? 'undecided' : 'clean']);
}

function tell(report: TestReport, words: TestWords): string {
  if (words.output === 'json') return JSON.stringify(report, null, 2);
  if (words.output === 'junit') return junitText(report.results);
  const { results, coverage } = report;
  const shown = results.filter(
    ({ verdict }) => words.verbose === true || (verdict !== 'passed' && verdict !== 'skipped'),
  );
  const count = (verdict: TestResult['verdict']): number => results.filter((one) => one.verdict === verdict).length;
  const counts = (['passed', 'failed', 'error', 'skipped'] as const)
    .map((verdict) => `${count(verdict)} ${verdict}`)
    .filter((text, at) => at < 2 || !text.startsWith('0 '));
  return [
    ...shown.flatMap(linesOf),
    counts.join(', '),
    ...(coverage === undefined ? [] : coverageLines(coverage)),
  ].join('\n');
}

function linesOf({ name, file, row, verdict, error, prints, milliseconds }: TestResult): readonly string[] {
  const time = verdict === 'skipped' ? '' : ` (${milliseconds.toFixed(1)} ms)`;
  return [
    `${plainText(file)}:${row}: ${plainText(name)}: ${verdict}${time}`,
    ...(error === undefined ? [] : [`  ${plainText(error)}`]),
    ...prints.map((line) => `  ${plainText(line)}`),
  ];
}

function coverageLines({ files, percent }: Coverage): readonly string[] {
  const missed = files.filter((one) => one.missed.length > 0);
  return [
    `coverage ${percent.toFixed(1)} %`,
    ...missed.map((one) => `  ${plainText(one.file)}: not reached: ${ranges(one.missed)}`),
  ];
}

/** `3, 5-7`. */
function ranges(rows: readonly number[]): string {
  const found: [number, number][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === row - 1) last[1] = row;
    else found.push([row, row]);
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}
