import { AssayError } from '@assay/contract';
import { padText, plainText } from '@assay/output';
import type { World } from '../world.ts';
import { artifactName, listOf, type SeenReport } from './answers.ts';
import { type AskStore, askStore, type StoreWords } from './ask-store.ts';
import { type DiffFinding, diffReports, type ReportDiff } from './diff-reports.ts';

/** `assay diff A B`. */
export async function diff(world: World, from: string, to: string, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const [before, after] = [await reportOf(ask, from), await reportOf(ask, to)];
  const result = diffReports(before, after);
  const text =
    words.json === true
      ? `${JSON.stringify({ from: headOf(before), to: headOf(after), ...result }, null, 2)}\n`
      : toText(before, after, result);
  await world.stdout.write(text);
  return 0;
}

/** A report by its name, or the newest of an image by its digest. Throws NOT_STORED. */
async function reportOf(ask: AskStore, word: string): Promise<SeenReport> {
  const digest = word.slice(word.lastIndexOf('@') + 1);
  let uid = word;
  if (/^sha(?:256|512):[0-9a-f]+$/.test(digest)) {
    const [newest] = listOf<{ UID: string }>(
      await ask(['api', 'v1', 'reports'], { digest, page: '1', page_size: '1' }),
    );
    if (newest === undefined) throw new AssayError('NOT_STORED', `the store has no report of ${digest}`);
    uid = newest.UID;
  }
  const report = await ask(['api', 'v1', 'reports', uid]);
  if (report === undefined)
    throw new AssayError('NOT_STORED', `the store has no report ${JSON.stringify(word.slice(0, 100))}`);
  if (typeof report !== 'object' || report === null || !('entity' in report))
    throw new AssayError('STORE_ANSWER', 'the store does not answer with a report');
  return report as SeenReport; // the shape of the contract
}

function headOf({ UID, GeneratedAt, entity }: SeenReport) {
  return { report: UID, at: GeneratedAt, artifact: artifactName(entity) };
}

function toText(before: SeenReport, after: SeenReport, { packages, findings }: ReportDiff): string {
  const head = (word: string, report: SeenReport): string => {
    const { report: uid, at, artifact } = headOf(report);
    return plainText(`${word}  ${artifact}  ${at}  (report ${uid})`);
  };
  const { added, removed, changed } = packages;
  const lines = [
    head('from', before),
    head('to  ', after),
    '',
    `packages: ${added.length} added, ${removed.length} removed, ${changed.length} in another version`,
    ...changed.map(({ name, from, to }) => plainText(`  ~ ${name}  ${from} → ${to}`)),
    ...added.map((name) => plainText(`  + ${name}`)),
    ...removed.map((name) => plainText(`  - ${name}`)),
    '',
    `findings: ${findings.new.length} new, ${findings.fixed.length} gone, ${findings.kept.length} as before`,
    ...findingLines('+', findings.new),
    ...findingLines('-', findings.fixed),
  ];
  return `${lines.join('\n')}\n`;
}

function findingLines(sign: string, findings: readonly DiffFinding[]): readonly string[] {
  const width = Math.max(0, ...findings.map(({ id }) => id.length));
  return findings.map(({ id, package: name, version, severity }) =>
    plainText(`  ${sign} ${padText(severity.toUpperCase(), 8)}  ${padText(id, width)}  ${name} ${version}`),
  );
}
