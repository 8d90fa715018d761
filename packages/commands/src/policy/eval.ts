import { AssayError } from '@assay/contract';
import { readBytes } from '@assay/local';
import { exitCodeOf } from '@assay/pipeline';
import { evalPolicies, loadPolicyFiles, readDataFile } from '@assay/policy';
import { jsonText, type Outcome, type Value } from '@assay/rego';
import type { World } from '../world.ts';
import type { PolicyWords } from './policy-command.ts';

interface EvalWords extends PolicyWords {
  readonly data: readonly string[];
  readonly input?: string;
  readonly timeout: number;
  readonly strictBuiltinErrors?: boolean;
  readonly fail?: boolean;
  readonly failDefined?: boolean;
  readonly output: 'json' | 'values' | 'raw';
}

/** Bytes of the input. */
const largestInput = 512 * 1024 * 1024;

/** `assay policy eval QUERY`. */
export async function evaluate(world: World, query: string, words: EvalWords): Promise<number> {
  const files = await loadPolicyFiles(words.data, { data: true, signal: world.signal });
  const input = words.input === undefined ? undefined : await readInput(world, words.input);
  const outcome = await evalPolicies(files, query, input, {
    dialect: words.rego,
    strict: words.strict ?? false,
    timeoutMs: words.timeout * 1000,
    now: BigInt(world.now().getTime()) * 1_000_000n,
    strictBuiltinErrors: words.strictBuiltinErrors ?? false,
  });
  for (const { text, location } of outcome.prints)
    await world.stderr.write(`${location.file}:${location.row}: ${text}\n`);
  await world.stdout.write(tell(outcome, words.output));
  const isDefined = outcome.results.length > 0;
  const isBad = (words.fail === true && !isDefined) || (words.failDefined === true && isDefined);
  return exitCodeOf([isBad ? 'violating' : 'clean']);
}

async function readInput(world: World, path: string): Promise<Value> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of path === '-' ? world.stdin : readBytes(path)) {
    size += part.length;
    if (size > largestInput) throw new AssayError('LIMIT_EXCEEDED', `the input has more than ${largestInput} bytes`);
    parts.push(part);
  }
  // Standard input has no name that tells; YAML reads JSON too, but slower and less exactly.
  const bytes = Buffer.concat(parts);
  const isYaml = /\.ya?ml$/.test(path);
  return readDataFile(
    isYaml ? path : path.endsWith('.json') ? path : `${path === '-' ? 'standard input' : path} as .json`,
    bytes,
  );
}

function tell({ results }: Outcome, output: EvalWords['output']): string {
  const values = results.flatMap(({ expressions }) => expressions.map(({ value }) => value));
  if (output === 'values') return values.map((value) => `${jsonText(value)}\n`).join('');
  if (output === 'raw')
    return values.map((value) => `${typeof value === 'string' ? value : jsonText(value)}\n`).join('');
  if (results.length === 0) return '{}\n';
  const result = results.map(({ expressions, bindings }) => {
    const told = expressions.map(({ value, text }) => `{"value": ${jsonText(value)}, "text": ${jsonText(text)}}`);
    const names = [...bindings].map(([name, value]) => `${jsonText(name)}: ${jsonText(value)}`);
    return `{"expressions": [${told.join(', ')}]${names.length === 0 ? '' : `, "bindings": {${names.join(', ')}}`}}`;
  });
  // Written by hand: JSON.stringify would round numbers beyond 2^53. Parsed and printed again where that loses nothing.
  return `${pretty(`{"result": [${result.join(', ')}]}`)}\n`;
}

/** Two blanks a level, as people read JSON. Strings and numbers stay as they are. */
function pretty(text: string): string {
  let depth = 0;
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\]]|,\s*|:\s*|[^\s{}[\],:"]+/g, (token, at: number) => {
    const [letter] = token;
    const line = () => `\n${'  '.repeat(depth)}`;
    if (letter === '{' || letter === '[') {
      const close = letter === '{' ? '}' : ']';
      if (text[at + 1] === close) return letter;
      depth++;
      return letter + line();
    }
    if (letter === '}' || letter === ']') {
      const open = letter === '}' ? '{' : '[';
      if (text[at - 1] === open) return letter;
      depth--;
      return line() + letter;
    }
    if (letter === ',') return `,${line()}`;
    return letter === ':' ? ': ' : token;
  });
}
