import { findPurl, findPurlLadder, findSeverity, type Severity, severities } from '@assay/contract';
import { analysisStates, type Condition, type FilterKey, type FindingFilter, filterKeys } from '@assay/store';
import { invalid } from '../v1/request-words.ts';
import { type QueryValues, type Schema, textIn } from './v2-route.ts';

/** More than people write; each is a part of one statement. */
const mostConditions = 50;
const mostValues = 200;

/** Other spellings in `q`. */
const aliases: Readonly<Record<string, FilterKey>> = {
  ns: 'namespace',
  vulnerability: 'cve',
  groupname: 'groupName',
  host: 'registry',
};

const words: Readonly<Record<FilterKey, string>> = {
  severity: 'A severity, a list `critical,high`, or a bound `>=medium`. Unknown is beyond every bound.',
  cve: 'The id of a vulnerability or an alias.',
  package: 'The name of a package.',
  version: 'The version of a package.',
  purl: 'A package URL: any version without one, any build without qualifiers, else exactly this.',
  fix: '`yes` when a fixed version is known, else `no`.',
  image:
    'The name of an image, with or without its registry, and its digest: `registry.example.com/team/app@sha256:…`.',
  registry: 'The registry of an image, the host of a source.',
  digest: 'The digest of an image, the commit of a source.',
  kind: '`image` or `source`.',
  group: 'The UID of a group that holds the artifact.',
  groupName: 'The label `name` of such a group.',
  namespace: 'The label `namespace` of such a group.',
  state: 'The state of triage of the finding; `none` when nobody has decided.',
};

/** Names of the query that filter, for the levels at hand. Lists are separated by commas; `*` stands for any characters. */
export function filterSchemas(keys: readonly FilterKey[] = filterKeys): Readonly<Record<string, Schema>> {
  const each = keys.map((key): [string, Schema] => [key, { type: 'string', maxLength: 4000, description: words[key] }]);
  return {
    q: {
      ...{ type: 'string', maxLength: 4000 },
      description: `Conditions as people write them: \`severity:>=high -package:kernel* ns:payments\`. Keys: ${keys.join(', ')}. A dash in front turns a condition around; a word without a key is a part of the name of a package, an id, a package URL or a digest.`,
    },
    ...Object.fromEntries(each),
  };
}

/** The conditions of a request: those of `q` and each name alone, all of them. Throws REQUEST_INVALID. */
export function readFilter(query: QueryValues, keys: readonly FilterKey[] = filterKeys): FindingFilter {
  const named = keys.flatMap((key) => {
    const text = textIn(query, key);
    return text === undefined ? [] : [toCondition(key, false, text)];
  });
  const conditions = [...readWords(textIn(query, 'q') ?? '', keys), ...named];
  if (conditions.length > mostConditions) throw invalid(`more than ${mostConditions} conditions are too many`);
  return { when: query.when === 'ever' ? 'ever' : 'now', conditions };
}

function readWords(text: string, keys: readonly FilterKey[]): readonly Condition[] {
  if (text.split('"').length % 2 === 0) throw invalid('q has a quote that does not end');
  const terms = [...text.matchAll(/(-?)(?:([A-Za-z]\w*):)?((?:"[^"]*"|[^\s"])*)/g)].filter(([whole]) => whole !== '');
  return terms.map(([whole, dash, word, value = '']) => {
    const isNegated = dash === '-';
    const bare = isNegated ? whole.slice(1) : whole;
    const free = bareKey(bare);
    if (word === undefined || free !== undefined) {
      const key = free ?? 'package';
      if (!keys.includes(key)) throw invalid(`q has a word without a key: ${JSON.stringify(bare.slice(0, 60))}`);
      return toCondition(key, isNegated, free === undefined ? `*${bare}*` : bare);
    }
    const key = keys.find((each) => each === word) ?? keys.find((each) => each === aliases[word.toLowerCase()]);
    if (key === undefined)
      throw invalid(`q has the key ${JSON.stringify(word.slice(0, 40))}, not one of ${keys.join(', ')}`);
    return toCondition(key, isNegated, value);
  });
}

/** What a word means without saying so. */
function bareKey(word: string): FilterKey | undefined {
  if (/^pkg:/i.test(word)) return 'purl';
  if (/^sha(?:256|512):[0-9a-f]+$/.test(word)) return 'digest';
  return /^(?:CVE-\d|GHSA-|RUSTSEC-|PYSEC-|OSV-|GO-\d|DSA-|ALSA-|RHSA-|USN-)/i.test(word) ? 'cve' : undefined;
}

function toCondition(key: FilterKey, isNegated: boolean, text: string): Condition {
  // A package URL may hold commas of its own.
  const values = key === 'purl' ? [text.replaceAll('"', '')] : splitList(text);
  if (values.length === 0) throw invalid(`${key} has no value`);
  if (values.length > mostValues) throw invalid(`${key} has more than ${mostValues} values`);
  return { key, isNegated, values: values.flatMap((value) => readValue(key, value)) };
}

/** Values between commas; quotes hold together what belongs together. */
function splitList(text: string): readonly string[] {
  const parts = text.match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  return parts.map((part) => part.replaceAll('"', '').trim()).filter((part) => part !== '');
}

function readValue(key: FilterKey, value: string): readonly string[] {
  if (key === 'severity') return readSeverity(value);
  if (key === 'purl') return [exactPurl(value)];
  const allowed = choices[key];
  if (allowed !== undefined && !allowed.includes(value))
    throw invalid(`${key} is ${JSON.stringify(value.slice(0, 60))}, not one of ${allowed.join(', ')}`);
  return [value];
}

const choices: Partial<Readonly<Record<FilterKey, readonly string[]>>> = {
  fix: ['yes', 'no'],
  kind: ['image', 'source'],
  state: ['none', ...analysisStates],
};

/** A severity, or those on one side of a bound; nobody knows on which side `unknown` is. */
function readSeverity(text: string): readonly Severity[] {
  const [, bound = '', word = ''] = /^([<>]=?)?(.*)$/.exec(text) ?? [];
  const severity = findSeverity(word);
  if (severity === undefined)
    throw invalid(`severity is ${JSON.stringify(text.slice(0, 60))}, not one of ${severities.join(', ')}`);
  if (bound === '') return [severity];
  const at = severities.indexOf(severity);
  return severities.filter((each, place) => {
    if (each === 'unknown') return false;
    if (place === at) return bound.endsWith('=');
    return bound.startsWith('>') ? place < at : place > at;
  });
}

/** A package URL in its canonical form, as exact as it was written. Throws REQUEST_INVALID. */
export function exactPurl(text: string): string {
  const purl = findPurl(text);
  const ladder = findPurlLadder(text);
  if (purl === undefined || ladder === undefined)
    throw invalid(`purl is ${JSON.stringify(text.slice(0, 100))}, which is no package URL`);
  if (Object.keys(purl.qualifiers).length > 0 || purl.subpath !== '') return ladder.qualified;
  return purl.version === '' ? ladder.base : ladder.versioned;
}
