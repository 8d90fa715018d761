import { AssayError, findPurl } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';
import {
  artifactName,
  askArtifacts,
  askPage,
  countWords,
  dayOf,
  quoted,
  type SeenArtifact,
  type SeenFinding,
  type SeenOverview,
  type SeenPage,
  totalWords,
} from './answers.ts';
import { type AskStore, askStore, type StoreWords } from './ask-store.ts';
import { columns, restOf } from './columns.ts';

/** What `assay find` was told. */
export interface FindWords extends StoreWords {
  readonly ever?: boolean;
}

interface SeenVulnerability {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly severity: string;
  readonly ratings: readonly {
    readonly source: string;
    readonly method: string;
    readonly score: number | null;
    readonly wins: boolean;
  }[];
}

interface SeenPlace {
  readonly package: { readonly name: string; readonly version: string; readonly manager: string };
  readonly artifact: SeenArtifact;
  readonly isCurrent: boolean;
}

interface SeenVersions {
  readonly versions: readonly {
    readonly name: string;
    readonly version: string;
    readonly manager: string;
    readonly artifacts: number;
  }[];
}

/** What was found, for machines, and as lines for people. */
interface Answer {
  readonly json: object;
  readonly lines: readonly string[];
}

const idOfVulnerability = /^(?:CVE|GHSA|GO|RUSTSEC|PYSEC|OSV|ALSA|DSA|DLA|USN|RHSA|ELSA|SUSE)-/i;

/** `assay find WORD`: where a vulnerability, a package or an image is. Throws NOT_STORED. */
export async function find(world: World, word: string, words: FindWords): Promise<number> {
  if (word.startsWith('pkg:') && findPurl(word) === undefined)
    throw new AssayError('OPTION_INVALID', `${JSON.stringify(word.slice(0, 100))} is no package URL`);
  const ask = await askStore(world, words);
  const when = words.ever === true ? 'ever' : 'now';
  const found = idOfVulnerability.test(word)
    ? await findVulnerability(ask, word, when)
    : ((await findPackage(ask, word, when)) ?? (await findImage(ask, word)));
  if (found === undefined)
    throw new AssayError('NOT_STORED', `the store has nothing of ${JSON.stringify(word.slice(0, 100))}`, {
      hint: 'It knows what was stored only; look whether the images in question were.',
    });
  await world.stdout.write(
    words.json === true ? `${JSON.stringify(found.json, null, 2)}\n` : `${found.lines.join('\n')}\n`,
  );
  return 0;
}

type When = 'now' | 'ever';

async function findVulnerability(ask: AskStore, id: string, when: When): Promise<Answer | undefined> {
  const answer = await ask(['api', 'v2', 'vulnerabilities', id]);
  if (answer === undefined) return undefined;
  const vulnerability = answer as SeenVulnerability; // the shape of the contract
  const page = await askPage<SeenFinding>(ask, ['findings'], { cve: quoted(vulnerability.id), when, sort: 'package' });
  const findings = page ?? none;
  const { aliases, description, severity, ratings } = vulnerability;
  const winner = ratings.find(({ wins }) => wins);
  const by = winner === undefined ? '' : ` (${[winner.source, winner.method, winner.score].filter(Boolean).join(' ')})`;
  return {
    json: { kind: 'vulnerability', when, vulnerability, findings },
    lines: [
      plainText(`${[vulnerability.id, ...aliases].join(' = ')}  ${severity.toUpperCase()}${by}`),
      ...(description === '' ? [] : [plainText(description.replace(/\s+/g, ' ').slice(0, 300))]),
      '',
      headline('findings', when, findings),
      ...columns(findings.items.map((finding) => findingCells(finding, when))),
      ...restOf(findings.items.length, findings.total),
      ...emptyHint(when, findings),
    ],
  };
}

function findingCells(finding: SeenFinding, when: When): readonly string[] {
  const { package: pkg, artifact, fixedIn, firstSeen, fixedAt, triage } = finding;
  return [
    artifactName(artifact),
    `${pkg.name} ${pkg.version}`,
    fixedIn.length === 0 ? 'no fix known' : `fixed in ${fixedIn.join(', ')}`,
    `since ${dayOf(firstSeen)}`,
    ...(when === 'ever' ? [fixedAt === null ? '' : `gone ${dayOf(fixedAt)}`] : []),
    triage === null ? '' : triage.state + (triage.carriedFrom === null ? '' : ' (carried)'),
  ];
}

async function findPackage(ask: AskStore, word: string, when: When): Promise<Answer | undefined> {
  const query = word.startsWith('pkg:') ? { purl: word } : { name: word };
  const page = await askPage<SeenPlace, SeenVersions>(ask, ['packages'], { ...query, when });
  if (page === undefined) return undefined;
  return {
    json: { kind: 'package', when, ...page },
    lines: [
      plainText(word),
      '',
      `versions: ${page.versions.length}`,
      ...columns(
        page.versions.map(({ name, version, manager, artifacts }) => [
          ...[`${name} ${version}`, `(${manager})`],
          `in ${artifacts} ${artifacts === 1 ? 'artifact' : 'artifacts'}`,
        ]),
      ),
      headline('places', when, page),
      ...columns(
        page.items.map(({ package: pkg, artifact, isCurrent }) => [
          ...[artifactName(artifact), `${pkg.name} ${pkg.version}`],
          isCurrent ? '' : 'not any more',
        ]),
      ),
      ...restOf(page.items.length, page.total),
      ...emptyHint(when, page),
    ],
  };
}

async function findImage(ask: AskStore, word: string): Promise<Answer | undefined> {
  const artifacts = await askArtifacts(ask, word);
  if (artifacts.length === 0) return undefined;
  return {
    json: { kind: 'artifact', items: artifacts },
    lines: [plainText(word), '', `stored: ${artifacts.length}`, ...columns(artifacts.map(overviewCells))],
  };
}

/** An artifact in one row: what it is, what is wrong with it, and its newest report. */
export function overviewCells(artifact: SeenOverview): readonly string[] {
  const { counts, lastReport } = artifact;
  return [
    artifactName(artifact),
    countWords(counts),
    lastReport === null ? 'no report' : dayOf(lastReport.at),
    lastReport?.uid ?? '',
  ];
}

const none: SeenPage<never> = { items: [], total: { kind: 'exact', value: 0 } };

function headline(what: string, when: When, { total }: SeenPage<unknown>): string {
  return `${what} ${when === 'now' ? 'now' : 'over all time'}: ${totalWords(total)}`;
}

function emptyHint(when: When, { items }: SeenPage<unknown>): readonly string[] {
  return items.length === 0 && when === 'now' ? ['Nowhere now. Where it ever was: --ever'] : [];
}
