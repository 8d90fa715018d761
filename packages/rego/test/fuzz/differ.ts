import { compile, jsonText, parseJson, RegoError, RegoErrors, type Value } from '../../src/index.ts';
import { Chance } from './chance.ts';
import { baseData, makeInput, PolicyMaker } from './generate.ts';
import type { Answer, OpaServer } from './opa-server.ts';

/** A policy and an input about which the engines do not agree, made small. */
export interface Difference {
  readonly seed: number;
  readonly policy: string;
  readonly input: unknown;
  readonly ours: string;
  readonly opa: string;
}

export interface FuzzReport {
  readonly pairs: number;
  readonly policies: number;
  /** Policies that neither engine compiles. */
  readonly refused: number;
  /** Pairs with a result that is more than an empty document. */
  readonly defined: number;
  readonly differences: readonly Difference[];
  /** Pairs in which each built-in was called in the text. */
  readonly calls: ReadonlyMap<string, number>;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly pairs: number;
  readonly inputsPerPolicy: number;
  readonly mostDifferences: number;
}

const head = 'package fuzz\n\nimport rego.v1\n\n';
const textOf = (rules: readonly string[]): string => `${head}${rules.join('\n\n')}\n`;

/** Asks both engines about policies and inputs of a seed until so many pairs were compared. */
export async function fuzz(server: OpaServer, options: FuzzOptions): Promise<FuzzReport> {
  const differences: Difference[] = [];
  const calls = new Map<string, number>();
  let [pairs, policies, refused, defined] = [0, 0, 0, 0];
  for (let seed = options.seed; pairs < options.pairs && differences.length < options.mostDifferences; seed++) {
    const chance = new Chance(seed);
    const rules = new PolicyMaker(chance).rules();
    const inputs = Array.from({ length: options.inputsPerPolicy }, () => makeInput(chance));
    policies++;
    const compared = await compare(server, rules, inputs);
    if (compared.isRefused) refused++;
    else {
      pairs += compared.pairs;
      defined += compared.defined;
      for (const name of new Set(textOf(rules).match(/[a-z_0-9]+(?:\.[a-z_0-9]+)*(?=\()/g)))
        calls.set(name, (calls.get(name) ?? 0) + compared.pairs);
    }
    if (compared.difference !== undefined)
      differences.push({ seed, ...(await shrink(server, rules, compared.difference)) });
  }
  return { pairs, policies, refused, defined, differences, calls };
}

type Found = Omit<Difference, 'seed'>;

interface Compared {
  readonly isRefused: boolean;
  readonly pairs: number;
  readonly defined: number;
  readonly difference?: Found;
}

async function compare(server: OpaServer, rules: readonly string[], inputs: readonly unknown[]): Promise<Compared> {
  const policy = textOf(rules);
  const theirs = await server.load(policy);
  const ours = await prepare(policy);
  if (Array.isArray(ours) || theirs.length > 0) {
    const codes = Array.isArray(ours) ? ours : [];
    // Which of several errors are told, and how many, is the matter of check.test.ts.
    // OPA calls a variable unsafe that stands in a reference and in a comprehension of one expression, bound or not; here it is bound.
    const isStricter = codes.length === 0 && theirs.every((code) => code === 'rego_unsafe_var_error');
    const isSame = isStricter || codes.length > 0 === theirs.length > 0;
    const difference = isSame
      ? undefined
      : { policy, input: null, ours: `refused: ${codes}`, opa: `refused: ${theirs}` };
    return { isRefused: true, pairs: 0, defined: 0, ...(difference === undefined ? {} : { difference }) };
  }
  let defined = 0;
  for (const [at, input] of inputs.entries()) {
    const answer = await server.ask(input);
    if (answer === undefined) continue;
    const [mine, other] = [evaluate(ours, input), told(answer)];
    // A defect of OPA's own.
    if (other === 'error: eval_internal_error') continue;
    // Our limits are lower than a server's: what is too large for us is compared with nobody.
    if (mine === 'error: limit_error' || mine === 'error: eval_cancel_error') continue;
    if (mine !== other)
      return { isRefused: false, pairs: at + 1, defined, difference: { policy, input, ours: mine, opa: other } };
    if (mine.length > 2 && mine !== '{}') defined++;
  }
  return { isRefused: false, pairs: inputs.length, defined };
}

type Query = { evaluate(input: unknown): string };

/** The query, or the codes of what does not compile. */
async function prepare(policy: string): Promise<Query | string[]> {
  try {
    const query = await (await compile(new Map([['fuzz.rego', policy]]))).prepare('data.fuzz');
    const data = parseJson(JSON.stringify(baseData)) as Readonly<Record<string, Value>>; // an object
    return {
      evaluate(input) {
        const { results } = query.evaluate(parseJson(JSON.stringify(input ?? {})), {
          data,
          deadline: performance.now() + 2_000,
        });
        const value = results[0]?.expressions[0]?.value;
        return value === undefined ? 'undefined' : jsonText(value);
      },
    };
  } catch (error) {
    if (error instanceof RegoErrors) return error.errors.map(({ code }) => code).sort();
    throw error;
  }
}

function evaluate(query: Query | string[], input: unknown): string {
  if (Array.isArray(query)) return 'refused';
  try {
    return query.evaluate(input);
  } catch (error) {
    if (error instanceof RegoError) return `error: ${error.code}`;
    throw error;
  }
}

/** OPA's answer as ours would be written. The server wraps errors of an evaluation; the first code counts. */
function told(answer: Answer): string {
  if ('undefined' in answer) return 'undefined';
  if ('codes' in answer) return `error: ${answer.codes[0]}`;
  return answer.value;
}

/** Leaves out rules, then statements, as long as the engines still differ. */
async function shrink(server: OpaServer, rules: readonly string[], found: Found): Promise<Found> {
  let [smallest, best] = [[...rules], found];
  const attempt = async (candidate: string[]): Promise<boolean> => {
    const { difference } = await compare(server, candidate, [found.input]);
    // A rule that is missing makes its callers wrong: that is another difference, if one at all.
    if (difference === undefined || difference.ours.startsWith('refused') !== found.ours.startsWith('refused'))
      return false;
    [smallest, best] = [candidate, difference];
    return true;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = 0; at < smallest.length && !changed; at++) {
      changed = await attempt(smallest.toSpliced(at, 1));
      const lines = (smallest[at] ?? '').split('\n');
      for (let line = 1; line < lines.length - 1 && !changed; line++)
        changed = await attempt(smallest.toSpliced(at, 1, lines.toSpliced(line, 1).join('\n')));
    }
  }
  return best;
}
