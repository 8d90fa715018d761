import { Node, resultsOf } from '../client/model.ts';
import type { StoreClient } from '../client/store-client.ts';
import {
  asItCame,
  type Call,
  type CommandDefinition,
  type Flag,
  type Given,
  orList,
  plainFormats,
  printed,
} from '../flags.ts';
import { analysisLines, blocks } from '../text/layouts.ts';
import { InsightError } from '../world.ts';
import { confirm } from './confirm.ts';

/** Source: spec/insight.md §5. */
const states = ['resolved', 'resolved_with_pedigree', 'exploitable', 'in_triage', 'false_positive', 'not_affected'];
const justifications = [
  ...['code_not_present', 'code_not_reachable', 'requires_configuration', 'requires_dependency'],
  ...['requires_environment', 'protected_by_compiler', 'protected_at_runtime', 'protected_at_perimeter'],
  'protected_by_mitigating_control',
];
const responses = ['can_not_fix', 'will_not_fix', 'update', 'rollback', 'workaround_available'];

const image: readonly Flag[] = [
  { name: 'img-digest', short: 'd', about: 'image digest' },
  { name: 'img-registry', about: 'image registry' },
];
const source: readonly Flag[] = [
  { name: 'src-commit', short: 'c', about: 'source commit' },
  { name: 'src-org', about: 'source organization' },
  { name: 'src-repo', about: 'source repository' },
];
const yes: Flag = { name: 'yes', short: 'y', is: 'truth', about: 'do not ask' };

/** `triage …`. Source: spec/insight.md §3.11. */
export const triageCommands: readonly CommandDefinition[] = [
  {
    name: 'update',
    about: 'create or update the analysis of a vulnerability',
    formats: plainFormats,
    flags: [
      { name: 'cveid', short: 'v', about: 'CVE', isRequired: true },
      { name: 'pkg-name', short: 'n', about: 'package name', isRequired: true },
      { name: 'pkg-version', short: 'p', about: 'package version', isRequired: true },
      ...image,
      ...source,
      { name: 'artifact-group-uid', short: 'a', about: 'artifact group', isRequired: true },
      { name: 'state', short: 's', about: orList(states), usual: 'in_triage' },
      { name: 'justification', short: 'j', about: orList(justifications) },
      { name: 'response', short: 'r', is: 'list', about: orList(responses) },
      { name: 'comment', short: 't', about: 'free text' },
      yes,
    ],
    check: checkUpdate,
    run: update,
  },
  {
    name: 'list',
    about: 'list analyses',
    formats: plainFormats,
    flags: [
      ...image,
      ...source,
      { name: 'limit', short: 'l', about: 'results per page', usual: '10' },
      { name: 'page', short: 'p', about: 'page', usual: '1' },
    ],
    check: (given) => {
      for (const name of ['limit', 'page'])
        if (!/^[1-9]\d{0,8}$/.test(given.sure(name)))
          throw new InsightError(`--${name} takes a whole number from 1, not "${given.sure(name).slice(0, 60)}"`);
    },
    run: list,
  },
  {
    name: 'copy',
    about: 'copy an analysis to another image, source or artifact group',
    formats: plainFormats,
    flags: [
      { name: 'triage-uid-to-copy', short: 'u', about: 'analysis to copy from', isRequired: true },
      ...image,
      ...source,
      { name: 'artifact-group-uid', short: 'a', about: 'artifact group' },
      yes,
    ],
    check: checkCopy,
    run: copy,
  },
  {
    name: 'rebase',
    about: 'carry the analyses of earlier images to a new one',
    formats: plainFormats,
    flags: [
      { name: 'img-digest', short: 'd', about: 'image to carry to', isRequired: true },
      { name: 'img-registry', about: 'its registry' },
      { name: 'artifact-group-uid', short: 'a', about: 'artifact group to search in', isRequired: true },
      yes,
    ],
    run: rebase,
  },
];

function oneOf(word: string | undefined, name: string, allowed: readonly string[]): void {
  if (word !== undefined && !allowed.includes(word))
    throw new InsightError(`--${name} takes ${orList(allowed)}, not "${word.slice(0, 60)}"`);
}

function checkUpdate(given: Given): void {
  const [digest, commit] = [given.text('img-digest'), given.text('src-commit')];
  if (digest === undefined && commit === undefined)
    throw new InsightError('one of the flags "img-digest" and "src-commit" is required');
  checkBoth(digest, commit);
  oneOf(given.text('state'), 'state', states);
  oneOf(given.text('justification'), 'justification', justifications);
  for (const word of given.list('response')) oneOf(word, 'response', responses);
  if (given.text('state') === 'not_affected' && given.text('justification') === undefined)
    throw new InsightError('the state not_affected needs a --justification');
}

function checkBoth(digest: string | undefined, commit: string | undefined): void {
  if (digest !== undefined && commit !== undefined)
    throw new InsightError('only one of the flags "img-digest" and "src-commit" is allowed');
}

function checkCopy(given: Given): void {
  const [digest, commit, group] = ['img-digest', 'src-commit', 'artifact-group-uid'].map((name) => given.text(name));
  if (digest === undefined && commit === undefined && group === undefined)
    throw new InsightError('at least one of the flags "img-digest", "src-commit" and "artifact-group-uid" is required');
  checkBoth(digest, commit);
}

/** The image or source of a request. */
function targetOf(given: Given): object {
  const digest = given.text('img-digest');
  const commit = given.text('src-commit');
  if (digest !== undefined) return { image: { Digest: digest, ...named('Registry', given.text('img-registry')) } };
  if (commit === undefined) return {};
  return {
    source: { Sha: commit, ...named('Org', given.text('src-org')), ...named('Repo', given.text('src-repo')) },
  };
}

function named(key: string, value: string | undefined): object {
  return value === undefined ? {} : { [key]: value };
}

async function update({ client, given, format, world }: Call): Promise<string> {
  const [cve, name, version] = ['cveid', 'pkg-name', 'pkg-version'].map((flag) => given.sure(flag));
  const existing = await client.json({
    method: 'GET',
    path: ['api', 'v1', 'triage'],
    query: {
      all: 'true',
      artifact_group_uid: given.text('artifact-group-uid'),
      digest: given.text('img-digest'),
      registry: given.text('img-registry'),
      commit: given.text('src-commit'),
      org: given.text('src-org'),
      repo: given.text('src-repo'),
    },
    isList: true,
  });
  const isThere = resultsOf(existing.value).some((analysis) => {
    const pkg = analysis.object('package');
    const isSame = pkg?.text('Name') === name && pkg?.text('Version') === version;
    return isSame && analysis.object('vulnerability')?.text('CVEID').toLowerCase() === cve?.toLowerCase();
  });
  if (isThere && !given.truth('yes'))
    await confirm(world, `an analysis of ${cve} in ${name}@${version} exists already`);
  const body = {
    vulnerability: { CVEID: cve },
    package: { Name: name, Version: version },
    ...targetOf(given),
    ArtifactGroupUid: given.sure('artifact-group-uid'),
    analysis: {
      State: given.sure('state'),
      ...named('Justification', given.text('justification')),
      Response: given.list('response'),
      ...named('Comments', given.text('comment')),
    },
  };
  const { text, written } = await write(client, ['api', 'v1', 'triage'], body);
  return format === 'text' ? `${written}\n` : asItCame(text);
}

/** Writes an analysis and says whether it is new. */
async function write(client: StoreClient, path: readonly string[], body: object) {
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await client.send({ method: 'POST', path, headers, body: JSON.stringify(body) });
  let uid = '';
  try {
    uid = Node.of(JSON.parse(text)).text('UID');
  } catch (cause) {
    throw new InsightError('the store did not say which analysis it wrote', { cause });
  }
  return { text, written: `Triage ${status === 201 ? 'created' : 'updated'}: ${uid}` };
}

async function list({ client, given, format }: Call): Promise<string> {
  const { text, value } = await client.json({
    method: 'GET',
    path: ['api', 'v1', 'triage'],
    query: {
      digest: given.text('img-digest'),
      registry: given.text('img-registry'),
      commit: given.text('src-commit'),
      org: given.text('src-org'),
      repo: given.text('src-repo'),
      page: given.sure('page'),
      page_size: given.sure('limit'),
    },
    isList: true,
  });
  if (format !== 'text') return asItCame(text);
  const page = Node.of(value);
  const results = resultsOf(value);
  if (results.length === 0) return '\n';
  const last = `Page ${page.number('CurrentPage')} of ${page.number('LastPage')} (${page.number('Count')} results)`;
  return printed([...blocks(results.map(analysisLines)), last]);
}

async function copy({ client, given, format, world }: Call): Promise<string> {
  if (!given.truth('yes')) await confirm(world, 'copying writes an analysis');
  const body = { ...targetOf(given), ...named('ArtifactGroupUid', given.text('artifact-group-uid')) };
  const path = ['api', 'v1', 'triage', given.sure('triage-uid-to-copy'), 'copy'];
  const { text, written } = await write(client, path, body);
  return format === 'text' ? `${written}\n` : asItCame(text);
}

/** Shows what qualifies, asks, and copies one after the other. */
async function rebase({ client, given, format, world }: Call): Promise<string> {
  const { text, value } = await client.json({
    method: 'GET',
    path: ['api', 'v1', 'triage', 'rebase'],
    query: {
      all: 'true',
      digest: given.text('img-digest'),
      registry: given.text('img-registry'),
      artifact_group_uid: given.text('artifact-group-uid'),
    },
    isList: true,
  });
  const options = resultsOf(value);
  if (options.length === 0) return format === 'text' ? '\n' : asItCame(text);
  if (format === 'text') await world.stdout.write(printed(blocks(options.map(analysisLines))));
  if (!given.truth('yes')) await confirm(world, `${options.length} analyses are copied`);
  const answers: string[] = [];
  try {
    for (const option of options) {
      const path = ['api', 'v1', 'triage', option.text('UID'), 'copy'];
      const { text: answer, written } = await write(client, path, targetOf(given));
      answers.push(format === 'text' ? written : answer);
    }
  } catch (error) {
    // What was copied stays copied, and is told.
    await world.stdout.write(copiesWords(format, answers));
    throw error;
  }
  return copiesWords(format, answers);
}

function copiesWords(format: Call['format'], answers: readonly string[]): string {
  if (format !== 'text') return `[${answers.map((answer) => answer.trim()).join(',')}]\n`;
  return answers.length === 0 ? '' : printed(answers);
}
