import { AssayError } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';
import {
  artifactName,
  askArtifacts,
  askPage,
  countWords,
  quoted,
  type SeenCounts,
  type SeenFinding,
  type SeenOverview,
  totalWords,
} from './answers.ts';
import { type AskStore, askStore, type StoreWords } from './ask-store.ts';
import { columns, restOf } from './columns.ts';
import { newestDigest } from './diff.ts';
import { overviewCells } from './find.ts';

interface SeenEntry {
  readonly uid: string;
  readonly at: string;
  readonly packages: number;
  readonly counts: SeenCounts | null;
  readonly tool: { readonly name: string; readonly version: string } | null;
}

/** `assay report list [IMAGE]`: what is stored, with the newest report of each. */
export async function reportList(world: World, image: string | undefined, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const page =
    image === undefined
      ? await askPage<SeenOverview>(ask, ['artifacts'])
      : await askPage<SeenOverview>(ask, ['artifacts'], { image: quoted(image) });
  const { items, total } = page ?? { items: [], total: { kind: 'exact', value: 0 } as const };
  const lines = [
    `images and sources: ${totalWords(total)}`,
    ...columns(items.map(overviewCells)),
    ...restOf(items.length, total),
  ];
  await tell(world, words, { items, total }, lines);
  return 0;
}

/** `assay report get IMAGE`: what the newest scan of an image found, the worst first. Throws NOT_STORED. */
export async function reportGet(world: World, image: string, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const artifacts = await artifactsOf(ask, image);
  const digest = newestDigest(artifacts);
  const artifact = artifacts.find((each) => each.digest === digest) ?? artifacts[0];
  if (artifact === undefined) throw new Error('a list that is not empty has no first');
  const page = await askPage<SeenFinding>(ask, ['findings'], { digest: quoted(artifact.digest) });
  const { items, total } = page ?? { items: [], total: { kind: 'exact', value: 0 } as const };
  const lines = [
    plainText(artifactName(artifact)),
    plainText(
      artifact.lastReport === null
        ? 'no report'
        : `newest report: ${artifact.lastReport.uid} of ${artifact.lastReport.at}`,
    ),
    '',
    artifact.counts === null ? 'findings: nobody looked for vulnerabilities' : `findings: ${totalWords(total)}`,
    ...columns(
      items.map(({ severity, cve, package: pkg, fixedIn, triage }) => [
        ...[severity.toUpperCase(), cve, `${pkg.name} ${pkg.version}`],
        fixedIn.length === 0 ? 'no fix known' : `fixed in ${fixedIn.join(', ')}`,
        triage?.state ?? '',
      ]),
    ),
    ...restOf(items.length, total),
  ];
  await tell(world, words, { artifact, findings: items, total }, lines);
  return 0;
}

/** `assay report history IMAGE`: the reports of an image over all its builds, the oldest first. Throws NOT_STORED. */
export async function reportHistory(world: World, image: string, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const entries: (SeenEntry & { readonly artifact: string })[] = [];
  for (const artifact of await artifactsOf(ask, image)) {
    const page = await askPage<SeenEntry>(ask, ['artifacts', String(artifact.id), 'history']);
    entries.push(...(page?.items ?? []).map((entry) => ({ ...entry, artifact: artifactName(artifact) })));
  }
  const items = entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const lines = [
    plainText(image),
    '',
    `reports: ${items.length}`,
    ...columns(
      items.map(({ at, artifact, uid, counts, packages, tool }) => [
        ...[at.slice(0, 16).replace('T', ' '), artifact.slice(artifact.lastIndexOf('@') + 1).slice(0, 19)],
        ...[countWords(counts), `${packages} packages`, tool === null ? '' : `${tool.name} ${tool.version}`, uid],
      ]),
    ),
  ];
  await tell(world, words, { items }, lines);
  return 0;
}

async function artifactsOf(ask: AskStore, image: string): Promise<readonly SeenOverview[]> {
  const artifacts = await askArtifacts(ask, image);
  if (artifacts.length > 0) return artifacts;
  throw new AssayError('NOT_STORED', `the store has no image ${JSON.stringify(image.slice(0, 100))}`, {
    hint: 'What it has: assay report list',
  });
}

async function tell(world: World, { json }: StoreWords, answer: object, lines: readonly string[]): Promise<void> {
  await world.stdout.write(json === true ? `${JSON.stringify(answer, null, 2)}\n` : `${lines.join('\n')}\n`);
}
