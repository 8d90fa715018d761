import { AssayError } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';
import { artifactName, askArtifacts, type SeenArtifact } from './answers.ts';
import { type AskStore, askStore, type StoreWords } from './ask-store.ts';
import { columns } from './columns.ts';

interface SeenSide {
  readonly report: string | null;
  readonly at: string;
  readonly artifact: SeenArtifact;
}

interface SeenPackage {
  readonly name: string;
  readonly version: string;
}

interface SeenFinding {
  readonly cve: string;
  readonly severity: string;
  readonly package: string;
  readonly version: string;
}

interface SeenDiff {
  readonly from: SeenSide;
  readonly to: SeenSide;
  readonly packages: {
    readonly added: readonly SeenPackage[];
    readonly removed: readonly SeenPackage[];
    readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  };
  readonly findings: {
    readonly new: readonly SeenFinding[];
    readonly fixed: readonly SeenFinding[];
    readonly kept: readonly SeenFinding[];
  } | null;
}

/** `assay diff A B`. Throws NOT_STORED. */
export async function diff(world: World, from: string, to: string, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const sides = { from: await sideOf(ask, from), to: await sideOf(ask, to) };
  const answer = await ask(['api', 'v2', 'diff'], sides);
  if (answer === undefined)
    throw new AssayError('NOT_STORED', `the store does not have both ${shown(from)} and ${shown(to)}`, {
      hint: 'Name a report by its UID, or an image by its digest or name: assay report list',
    });
  const result = answer as SeenDiff; // the shape of the contract
  await world.stdout.write(words.json === true ? `${JSON.stringify(result, null, 2)}\n` : toText(result));
  return 0;
}

/** A word as the API takes it: what is newest about an image, or a report by its UID. */
async function sideOf(ask: AskStore, word: string): Promise<string> {
  const digest = newestDigest(await askArtifacts(ask, word));
  return digest === undefined ? word : `digest:${digest}`;
}

/** The artifact that was reported last. */
export function newestDigest(
  artifacts: readonly { readonly digest: string; readonly lastReport: { readonly at: string } | null }[],
): string | undefined {
  const reported = artifacts.filter(({ lastReport }) => lastReport !== null);
  return reported.toSorted((a, b) => ((a.lastReport?.at ?? '') < (b.lastReport?.at ?? '') ? 1 : -1))[0]?.digest;
}

function shown(word: string): string {
  return JSON.stringify(word.slice(0, 100));
}

function toText({ from, to, packages, findings }: SeenDiff): string {
  const side = (word: string, { artifact, at, report }: SeenSide): readonly string[] => [
    ...[word, artifactName(artifact), at],
    report === null ? '' : `(report ${report})`,
  ];
  const { added, removed, changed } = packages;
  const lines = [
    ...columns([side('from', from), side('to', to)]).map((line) => line.trimStart()),
    '',
    `packages: ${added.length} added, ${removed.length} removed, ${changed.length} in another version`,
    ...columns(changed.map((pkg) => ['~', pkg.name, `${pkg.from} → ${pkg.to}`])),
    ...columns(added.map(({ name, version }) => ['+', `${name} ${version}`])),
    ...columns(removed.map(({ name, version }) => ['-', `${name} ${version}`])),
    '',
    ...(findings === null
      ? ['findings: not to compare, one of the two did not look for vulnerabilities']
      : [
          `findings: ${findings.new.length} new, ${findings.fixed.length} gone, ${findings.kept.length} as before`,
          ...columns([
            ...findings.new.map((each) => findingCells('+', each)),
            ...findings.fixed.map((each) => findingCells('-', each)),
          ]),
        ]),
  ];
  return `${lines.map(plainText).join('\n')}\n`;
}

function findingCells(sign: string, { cve, severity, package: name, version }: SeenFinding): readonly string[] {
  return [sign, severity.toUpperCase(), cve, `${name} ${version}`];
}
