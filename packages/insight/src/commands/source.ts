import { resultsOf } from '../client/model.ts';
import {
  asItCame,
  type Call,
  type CommandDefinition,
  type Given,
  plainFormats,
  printed,
  sbomFormats,
} from '../flags.ts';
import { sourceLines } from '../text/layouts.ts';
import { InsightError } from '../world.ts';
import { addDefinition } from './add.ts';
import { asPackages, asVulnerabilities, printList } from './lists.ts';
import { askSbom, isSbom } from './sbom-request.ts';

const repo = { name: 'repo', short: 'r', about: 'repository name' } as const;
const commit = { name: 'commit', short: 'c', about: 'commit' } as const;

/** `source …`. Source: spec/insight.md §3.3, §3.7. */
export const sourceCommands: readonly CommandDefinition[] = [
  addDefinition('source'),
  {
    name: 'get',
    about: 'get sources by commit, or by repository and organization',
    example: 'insight source get --repo my-repo --org my-org --commit 3f2a9d7',
    formats: sbomFormats,
    flags: [repo, { name: 'org', short: 'o', about: 'organization' }, commit],
    check: checkSelection,
    run: getSources,
  },
  {
    name: 'packages',
    about: 'list the packages of a source',
    formats: plainFormats,
    flags: [repo, commit],
    check: checkPair,
    run: (call) => printList(call, { path: ['api', 'sources', 'packages'], query: pairOf(call.given) }, asPackages),
  },
  {
    name: 'vulnerabilities',
    aliases: ['vuln', 'vulns', 'vulnerability'],
    about: 'list the vulnerabilities of a source',
    formats: plainFormats,
    flags: [repo, commit],
    check: checkPair,
    run: (call) =>
      printList(call, { path: ['api', 'sources', 'vulnerabilities'], query: pairOf(call.given) }, asVulnerabilities),
  },
];

function pairOf(given: Given) {
  return { repo: given.text('repo'), sha: given.text('commit') };
}

function checkPair(given: Given): void {
  if (given.text('repo') === undefined && given.text('commit') === undefined)
    throw new InsightError('at least one of the flags "repo" and "commit" is required');
}

/** By commit, or by repository and organization together. */
function checkSelection(given: Given): void {
  const [name, org] = [given.text('repo'), given.text('org')];
  if (given.text('commit') !== undefined) return;
  if (name === undefined && org === undefined)
    throw new InsightError('at least one of the flags "repo", "org" and "commit" is required');
  if (name === undefined || org === undefined)
    throw new InsightError('without "commit", the flags "repo" and "org" are required together');
}

async function getSources({ client, given, format }: Call): Promise<string> {
  const query = { ...pairOf(given), org: given.text('org') };
  const { text, value } = await client.json({ method: 'GET', path: ['api', 'sources'], query, isList: true });
  if (format === 'api-json') return asItCame(text);
  const sources = resultsOf(value);
  if (sources.length === 0) throw new InsightError('Not found');
  if (!isSbom(format)) return printed(sources.flatMap(sourceLines));
  if (sources.length > 1)
    throw new InsightError(`${sources.length} sources match: name one by repository, organization and commit`);
  const path = ['api', 'v1', 'sources', sources[0]?.text('ID') ?? ''];
  return askSbom({ client, format }, path);
}
