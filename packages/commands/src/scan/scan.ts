import type { Report, ScanRequest, Severity } from '@assay/contract';
import { readIgnoreFile, readVexFile, type Scanned, scanTarget } from '@assay/local';
import { parseOutputs, plainText } from '@assay/output';
import { applyIgnore, applyVex, decideVerdict, exitCodeOf, isFixable, type Verdict, verdictOf } from '@assay/pipeline';
import type { PolicyGate } from '@assay/policy';
import { deliver } from '../deliver.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { readTemplate } from '../read-template.ts';
import { Progress } from '../screen/progress.ts';
import { readPlatform, readTarget } from '../targets.ts';
import type { World } from '../world.ts';
import { keepReport } from './keep-report.ts';

export interface ScanWords extends ReachOptions {
  readonly output?: readonly string[];
  readonly template?: string;
  readonly failOn?: Severity;
  readonly onlyFixed?: boolean;
  readonly showSuppressed?: boolean;
  readonly platform?: string;
  readonly ignore?: readonly string[];
  readonly vex?: readonly string[];
  readonly policy?: readonly string[];
  readonly scanner: string;
  readonly db?: string;
  readonly maxDbAge?: number;
  readonly offline?: boolean;
  /** commander's form of `--no-cache`. */
  readonly cache: boolean;
}

/** `assay scan`: reads everything the words name before the work begins, so that a typing mistake costs no time. */
export async function scan(world: World, word: string, words: ScanWords): Promise<number> {
  const specs = parseOutputs(words.output ?? ['table']);
  const template = await readTemplate(specs, words.template);
  const ignoreFiles = await Promise.all((words.ignore ?? []).map(readIgnoreFile));
  const vexDocuments = await Promise.all((words.vex ?? []).map(readVexFile));
  const gate = words.policy === undefined ? undefined : await readGate(world, words.policy);
  const platform = await readPlatform(words.platform);
  const settings = await withReach(world.settings, words);
  const target = await readTarget(world, word, words);
  const request: ScanRequest = {
    target,
    scanner: words.scanner,
    offline: words.offline === true,
    ...(words.platform === undefined ? {} : { platform: words.platform }),
  };
  const progress = new Progress(world, words.quiet === true);
  let scanned: Scanned;
  try {
    scanned = await scanTarget(request, settings, progress, {
      stdin: world.stdin,
      now: world.now(),
      noCache: !words.cache,
      ...(platform === undefined ? {} : { platform }),
      ...(words.db === undefined ? {} : { data: words.db }),
    });
  } finally {
    await progress.end();
  }

  let { report } = scanned;
  for (const file of ignoreFiles) report = withApplied(report, applyIgnore(report.findings, file, world.now()));
  if (vexDocuments.length > 0)
    report = withApplied(
      report,
      applyVex(
        report.findings,
        scanned.inventory,
        vexDocuments,
        scanned.serialNumber === undefined ? {} : { serialNumber: scanned.serialNumber },
      ),
    );
  const decided = decideVerdict({
    report,
    now: world.now(),
    ...(words.failOn === undefined ? {} : { failOn: words.failOn }),
    ...(words.onlyFixed === undefined ? {} : { onlyFixed: words.onlyFixed }),
    ...(words.maxDbAge === undefined ? {} : { maxDbAgeDays: words.maxDbAge }),
  });
  const counted = words.onlyFixed === true ? { ...report, findings: report.findings.filter(isFixable) } : report;
  const verdict = gate === undefined ? decided : withPolicy(decided, gate.judge(counted, world.now()));
  await deliver(
    world,
    specs,
    { report: counted, inventory: scanned.inventory, verdict },
    { ...template, ...(words.showSuppressed === undefined ? {} : { showSuppressed: words.showSuppressed }) },
  );
  await keepReport(world, report, scanned, words.quiet === true);
  const isTableShown = specs.some((spec) => spec.format === 'table' && spec.file === undefined);
  if (words.quiet !== true && !isTableShown) await tellAside(world, counted, verdict);
  return exitCodeOf([verdict.verdict]);
}

/** Compiled before the scan begins, so that a mistake in a policy costs no time. */
async function readGate(world: World, paths: readonly string[]): Promise<PolicyGate> {
  const { createGate, loadPolicyFiles } = await import('@assay/policy');
  const files = await loadPolicyFiles(paths, { data: true, signal: world.signal });
  return createGate(files, { dialect: 'auto', strict: false, timeoutMs: 30_000 });
}

function withPolicy({ reasons }: Verdict, said: ReturnType<PolicyGate['judge']>): Verdict {
  return verdictOf([...reasons, ...said.map(({ means, message }) => ({ check: 'policy', means, message }))]);
}

function withApplied(report: Report, applied: ReturnType<typeof applyIgnore>): Report {
  return { ...report, findings: applied.findings, notices: [...report.notices, ...applied.notices] };
}

/** What a person must know beside a machine's answer; the table says it all itself. */
async function tellAside(world: World, report: Report, verdict: Verdict): Promise<void> {
  for (const notice of report.notices) {
    if (notice.level === 'warning') await world.stderr.write(`assay: ${plainText(notice.message)}\n`);
  }
  for (const reason of verdict.reasons)
    await world.stderr.write(`assay: ${reason.means}: ${plainText(reason.message)}\n`);
}
