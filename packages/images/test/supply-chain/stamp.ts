import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { type Callable, evaluateStarlark, runStarlark, type Value } from './starlark.ts';

type Dict = { [name: string]: Value };

/** What a template sees. Source: Cartographer's reference, "Template data": workload, params and the image input. */
export interface TemplateData {
  readonly workload: Dict;
  readonly params: Dict;
  readonly image: string;
}

export interface Param {
  readonly name: string;
  readonly default?: Value;
  readonly value?: Value;
}

/**
 * The params of a template: its own defaults, over them the supply chain's, over them the workload's, unless the chain gave a value.
 * Source: scan-2.md §10.1, last line.
 */
export function resolveParams(own: readonly Param[], chain: readonly Param[], workload: readonly Param[]): Dict {
  const params = Object.fromEntries([...own, ...chain].map((each) => [each.name, each.value ?? each.default ?? null]));
  const final = new Set(chain.filter(({ value }) => value !== undefined).map(({ name }) => name));
  for (const { name, value } of workload) if (!final.has(name)) params[name] = value ?? null;
  return params;
}

/** Stamps a ytt template of the form ours have: definitions first, then a document with expressions as values. */
export function stamp(template: string, data: TemplateData): unknown {
  const fail: Callable = (why) => {
    throw new Error(String(why));
  };
  const scope = new Map<string, Value>([
    ['data', { values: { ...data } }],
    ['struct', { decode: (value: Value) => value }],
    ['assert', { fail }],
    ['load', () => null],
  ]);
  const lines = template.split('\n').filter((line) => !/^\s*#!/.test(line));
  const isCode = (line: string) => /^\s*#@/.test(line);
  const code = lines.filter(isCode).map((line) => line.replace(/^\s*#@ ?/, ''));
  runStarlark(code.join('\n'), scope);
  const document = lines
    .filter((line) => !isCode(line))
    .map((line) => line.replace(/: #@ (.*)$/, (_, text: string) => `: !expression ${JSON.stringify(text)}`));
  return parse(document.join('\n'), {
    customTags: [{ tag: '!expression', resolve: (text: string) => evaluateStarlark(text, scope) }],
  });
}

/** The same by the real program. */
export function stampByYtt(template: string, data: TemplateData): unknown {
  const values = `#@data/values\n---\n${JSON.stringify(data)}\n`;
  return parse(runYtt(template, values));
}

function runYtt(template: string, values: string): string {
  return execFileSync(
    'bash',
    ['-c', 'ytt -f template.yaml=<(printf %s "$1") -f values.yaml=<(printf %s "$2")', 'ytt', template, values],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

export function hasYtt(): boolean {
  try {
    execFileSync('ytt', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
