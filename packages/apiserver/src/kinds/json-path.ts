import { asArray, asObject, type Json, member } from '../json.ts';

type Step = (found: readonly Json[]) => Json[];

/** A compiled JSONPath of the dialect of `kubectl` and printer columns, without braces. */
export interface JsonPath {
  find(value: Json): Json[];
}

const tokens = /\.\.|\.?\*|\.((?:\\.|[^.[\]\\])+)|\[([^\]'"?]*)\]|\[\?\((.*?)\)\]|\[(['"])(.*?)\4\]/gy;

/** Compiles `.status.conditions[?(@.type=="Ready")].status` and the like. Throws an Error that says where it is wrong. */
export function compileJsonPath(text: string): JsonPath {
  const source = text.replace(/^\{(.*)\}$/s, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  tokens.lastIndex = 0;
  const path = source.startsWith('.') || source.startsWith('[') || source === '' ? source : `.${source}`;
  let at = 0;
  while (at < path.length) {
    if (path.slice(at) === '.') break;
    tokens.lastIndex = at;
    const token = tokens.exec(path);
    if (token === null) throw new Error(`unrecognized character in path at ${at}: ${path.slice(at, at + 20)}`);
    at += token[0].length;
    steps.push(stepOf(token));
    // `..name` has its name without a further dot.
    if (token[0] === '..' && path[at] !== '[' && path[at] !== '*') at -= 1;
  }
  return { find: (value) => steps.reduce<Json[]>((found, step) => step(found), [value]) };
}

function stepOf(token: RegExpExecArray): Step {
  const [whole, name, index, filter, , quoted] = token;
  if (whole === '..') return (found) => found.flatMap(descendants);
  if (name !== undefined) return name === '*' ? children : named(name.replaceAll(/\\(.)/g, '$1'));
  if (quoted !== undefined) return named(quoted);
  if (filter !== undefined) return filtered(filter);
  if (index !== undefined) return index === '*' ? children : indexed(index);
  return children;
}

function named(name: string): Step {
  return (found) =>
    found.flatMap((value) => {
      const child = member(value, name);
      return child === undefined ? [] : [child];
    });
}

function children(found: readonly Json[]): Json[] {
  return found.flatMap((value) => asArray(value) ?? Object.values(asObject(value) ?? {}));
}

function descendants(value: Json): Json[] {
  return [value, ...children([value]).flatMap(descendants)];
}

function indexed(text: string): Step {
  if (/^-?\d+$/.test(text)) {
    return (found) =>
      found.flatMap((value) => {
        const item = asArray(value)?.at(Number(text));
        return item === undefined ? [] : [item];
      });
  }
  const slice = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(text);
  if (slice !== null) {
    const from = slice[1] === '' ? 0 : Number(slice[1]);
    const to = slice[2] === '' ? undefined : Number(slice[2]);
    const step = Number(slice[3] || '1') || 1;
    return (found) => found.flatMap((v) => (asArray(v) ?? []).slice(from, to).filter((_, i) => i % step === 0));
  }
  if (/^-?\d+(,-?\d+)+$/.test(text)) {
    const steps = text.split(',').map(indexed);
    return (found) => steps.flatMap((step) => step(found));
  }
  throw new Error(`invalid array index ${text}`);
}

const comparison = /^\s*(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+?)\s*$/;

function filtered(text: string): Step {
  const form = comparison.exec(text);
  const test = form === null ? exists(text) : compared(form);
  return (found) => found.flatMap((value) => (asArray(value) ?? Object.values(asObject(value) ?? {})).filter(test));
}

function exists(text: string): (value: Json) => boolean {
  const path = compileJsonPath(text.trim().replace(/^@/, ''));
  return (value) => path.find(value).length > 0;
}

function compared(form: RegExpExecArray): (value: Json) => boolean {
  const [, left = '', operator = '', right = ''] = form;
  const [a, b] = [operand(left), operand(right)];
  return (value) => {
    const [x, y] = [a(value), b(value)];
    if (x === undefined || y === undefined || x === null || y === null) return false;
    if (operator === '==') return x === y;
    if (operator === '!=') return x !== y;
    if (operator === '<') return x < y;
    if (operator === '<=') return x <= y;
    if (operator === '>') return x > y;
    return x >= y;
  };
}

function operand(text: string): (value: Json) => Json | undefined {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted !== null) {
    const literal = (quoted[2] ?? '').replaceAll(/\\(.)/g, '$1');
    return () => literal;
  }
  if (/^-?\d+(\.\d+)?$/.test(text)) return () => Number(text);
  if (text === 'true' || text === 'false') return () => text === 'true';
  const path = compileJsonPath(text.replace(/^@/, ''));
  return (value) => path.find(value)[0];
}
