import { AssayError, findPurl } from '@assay/contract';
import { cutText, padText, plainText } from '@assay/output';
import type { World } from '../world.ts';
import {
  artifactName,
  listOf,
  type SeenArtifact,
  type SeenPackage,
  type SeenVulnerability,
  severityOf,
} from './answers.ts';
import { type AskStore, askStore, type StoreWords } from './ask-store.ts';

/** What was found for a word. */
interface Found {
  readonly title: string;
  readonly vulnerabilities: readonly SeenVulnerability[];
  readonly packages: readonly SeenPackage[];
  readonly images: readonly SeenArtifact[];
  readonly sources: readonly SeenArtifact[];
}

/** `assay find WORD`: where a vulnerability or a package is, over all time. */
export async function find(world: World, word: string, words: StoreWords): Promise<number> {
  const ask = await askStore(world, words);
  const isVulnerability = /^(?:CVE|GHSA|GO|RUSTSEC|PYSEC|OSV|ALSA|DSA|USN|RHSA)-/i.test(word);
  const found = isVulnerability ? await findVulnerability(ask, word) : await findPackage(ask, word);
  if (found.vulnerabilities.length + found.packages.length === 0)
    throw new AssayError('NOT_STORED', `the store has nothing of ${JSON.stringify(word.slice(0, 100))}`, {
      hint: 'It knows what was stored only; look whether the images in question were.',
    });
  await world.stdout.write(words.json === true ? `${JSON.stringify(found, null, 2)}\n` : toText(found));
  return 0;
}

async function findVulnerability(ask: AskStore, id: string): Promise<Found> {
  const vulnerabilities = listOf<SeenVulnerability>(await ask(['api', 'vulnerabilities'], { CVEID: id }));
  const named = vulnerabilities[0]?.CVEID ?? id;
  return {
    title: named,
    vulnerabilities,
    packages: vulnerabilities.flatMap(({ Packages = [] }) => Packages),
    images: listOf(await ask(['api', 'vulnerabilities', named, 'images'])),
    sources: listOf(await ask(['api', 'vulnerabilities', named, 'sources'])),
  };
}

/** By name; of a package URL also the version. Ecosystems join namespace and name in ways of their own. */
async function findPackage(ask: AskStore, word: string): Promise<Found> {
  const purl = word.startsWith('pkg:') ? findPurl(word) : undefined;
  if (word.startsWith('pkg:') && purl === undefined)
    throw new AssayError('OPTION_INVALID', `${JSON.stringify(word.slice(0, 100))} is no package URL`);
  const names =
    purl === undefined
      ? [word]
      : [...new Set([purl.name, `${purl.namespace}/${purl.name}`, `${purl.namespace}:${purl.name}`])];
  const packages: SeenPackage[] = [];
  const [images, sources] = [new Map<string, SeenArtifact>(), new Map<string, SeenArtifact>()];
  for (const name of names) {
    const version = purl?.version === undefined || purl.version === '' ? {} : { version: purl.version };
    const here = listOf<SeenPackage & { readonly ID: number }>(await ask(['api', 'packages'], { name, ...version }));
    for (const pkg of here.filter(({ PackageManager }) => purl === undefined || PackageManager === purl.type)) {
      packages.push(pkg);
      for (const [kind, into] of [
        ['images', images],
        ['sources', sources],
      ] as const)
        for (const artifact of listOf<SeenArtifact>(await ask(['api', 'packages', String(pkg.ID), kind])))
          into.set(artifactName(artifact), artifact);
    }
  }
  return {
    title: word,
    vulnerabilities: packages.flatMap(({ Vulnerabilities = [] }) => Vulnerabilities),
    packages,
    images: [...images.values()],
    sources: [...sources.values()],
  };
}

function toText({ title, vulnerabilities, packages, images, sources }: Found): string {
  const rated = [...new Map(vulnerabilities.map((each) => [each.CVEID, each])).values()];
  const width = Math.max(0, ...rated.map(({ CVEID }) => CVEID.length));
  const lines = [
    title,
    '',
    `vulnerabilities: ${rated.length}`,
    ...rated.map((each) => {
      const text = cutText((each.Description ?? '').replace(/\s+/g, ' '), 80);
      return `  ${padText(severityOf(each).toUpperCase(), 8)}  ${padText(each.CVEID, width)}  ${text}`.trimEnd();
    }),
    `packages: ${packages.length}`,
    ...packages.map(({ Name, Version, PackageManager }) => `  ${Name} ${Version} (${PackageManager})`),
    `images that ever held them: ${images.length}`,
    ...images.map((image) => `  ${artifactName(image)}`),
    ...(sources.length === 0
      ? []
      : [`sources: ${sources.length}`, ...sources.map((each) => `  ${artifactName(each)}`)]),
  ];
  return `${lines.map(plainText).join('\n')}\n`;
}
