import type { Value } from '../values/value.ts';
import type { Annotations, Comment, Module, Package, Rule } from './ast.ts';
import { RegoError } from './error.ts';
import type { Location } from './location.ts';

/** Whether a comment opens a block. */
function opensBlock({ text, loc }: Comment): boolean {
  return loc.column === 1 && text.trim().startsWith('METADATA');
}

export function hasMetadata(module: Module): boolean {
  return module.comments.some(opensBlock);
}

/** Reads the METADATA blocks of a module and finds the statement each stands above. */
export function attachAnnotations(
  module: Module,
  parseYaml: (text: string) => unknown,
  errors: RegoError[],
): Annotations[] {
  const attached: Annotations[] = [];
  for (const { loc, lines } of blocksOf(module.comments)) {
    try {
      const annotation = read(module, loc, lines, parseYaml);
      if (annotation instanceof RegoError) errors.push(annotation);
      else attached.push(annotation);
    } catch (error) {
      errors.push(new RegoError('rego_parse_error', error instanceof Error ? error.message : String(error), loc));
    }
  }
  return attached;
}

function blocksOf(comments: readonly Comment[]): { loc: Location; lines: string[] }[] {
  const blocks: { loc: Location; lines: string[]; last: number }[] = [];
  let open: { loc: Location; lines: string[]; last: number } | undefined;
  for (const comment of comments) {
    const { text, loc } = comment;
    if (opensBlock(comment)) {
      open = { loc, lines: [], last: loc.row };
      blocks.push(open);
    } else if (open !== undefined && loc.column === 1 && loc.row === open.last + 1) {
      open.lines.push(text.startsWith(' ') ? text.slice(1) : text);
      open.last = loc.row;
    } else open = undefined;
  }
  return blocks;
}

function read(
  module: Module,
  loc: Location,
  lines: readonly string[],
  parseYaml: (text: string) => unknown,
): Annotations | RegoError {
  const text = lines.join('\n');
  const fail = (message: string): RegoError => new RegoError('rego_parse_error', message, loc);
  if (text.trim() === '') return fail('expected METADATA block, found whitespace');
  const raw = parseYaml(text);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return fail('METADATA block is no mapping');
  const fields = raw as Readonly<Record<string, unknown>>;
  const target = statementBelow(module, loc.row);
  const isRule = target?.node === 'rule';
  const scope = scopeOf(fields, target);
  if (scope === 'rule' || scope === 'document') {
    if (!isRule) return fail(`annotation scope '${scope}' must be applied to rule${have(target)}`);
  } else if (scope === 'package' || scope === 'subpackages') {
    if (target?.node !== 'package')
      return fail(`annotation scope '${scope}' must be applied to package${have(target)}`);
  } else {
    return fail(`invalid annotation scope '${scope}'. Use one of 'rule', 'document', 'package', or 'subpackages'`);
  }
  if (fields.entrypoint === true && scope !== 'document' && scope !== 'package') {
    return fail(`annotation entrypoint applied to non-document or package scope '${scope}'`);
  }
  // `as`: the scopes above leave rules and packages only.
  return { scope, data: dataOf(fields, scope), target: target as Rule | Package, loc };
}

type Statement = Rule | Package | Module['imports'][number];

function have(target: Statement | undefined): string {
  return target === undefined ? '' : ` (have ${target.node})`;
}

function scopeOf(fields: Readonly<Record<string, unknown>>, target: Statement | undefined): string {
  if (typeof fields.scope === 'string' && fields.scope !== '') return fields.scope;
  if (target?.node === 'rule') return fields.entrypoint === true ? 'document' : 'rule';
  return target?.node ?? '';
}

function statementBelow(module: Module, row: number): Statement | undefined {
  const all: Statement[] = [module.package, ...module.imports, ...module.rules];
  let best: Statement | undefined;
  for (const statement of all) {
    if (statement.loc.row > row && (best === undefined || statement.loc.row < best.loc.row)) best = statement;
  }
  return best;
}

function dataOf(fields: Readonly<Record<string, unknown>>, scope: string): { [name: string]: Value } {
  const data: { [name: string]: Value } = { scope };
  for (const name of ['title', 'description']) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') data[name] = value;
  }
  if (fields.entrypoint === true) data.entrypoint = true;
  for (const name of ['organizations', 'custom', 'labels']) {
    const value = jsonOf(fields[name]);
    if (value !== null && size(value) > 0) data[name] = value;
  }
  if (Array.isArray(fields.related_resources)) data.related_resources = fields.related_resources.map(resourceOf);
  if (Array.isArray(fields.authors)) data.authors = fields.authors.map(authorOf);
  if (Array.isArray(fields.schemas)) data.schemas = fields.schemas.map(schemaOf);
  return data;
}

/** A schema's reference as a path, its schema as a path or a definition. */
function schemaOf(raw: unknown): Value {
  const [entry] = Object.entries(raw ?? {});
  if (entry === undefined) return {};
  const [path, schema] = entry;
  const parts = (text: string): string[] => text.split('.').filter((part) => part !== '');
  return typeof schema === 'string'
    ? { path: parts(path), schema: parts(schema) }
    : { path: parts(path), definition: jsonOf(schema) };
}

function size(value: Value): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

/** YAML's data as a value: dates and the like as texts. */
function jsonOf(raw: unknown): Value {
  if (raw === undefined) return null;
  return JSON.parse(JSON.stringify(raw)) as Value;
}

function resourceOf(raw: unknown): Value {
  if (typeof raw === 'string') {
    if (raw === '') throw new TypeError('invalid related-resource definition : ref URL may not be empty string');
    return { ref: raw };
  }
  const { ref, description } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof ref !== 'string' || ref.trim() === '') {
    throw new TypeError(`invalid related-resource definition: 'ref' value required in object`);
  }
  const text = typeof description === 'string' ? description.trim() : '';
  return text === '' ? { ref: ref.trim() } : { description: text, ref: ref.trim() };
}

function authorOf(raw: unknown): Value {
  if (typeof raw !== 'string') {
    const { name, email } = (raw ?? {}) as Readonly<Record<string, unknown>>;
    return { name: typeof name === 'string' ? name.trim() : '', email: typeof email === 'string' ? email.trim() : '' };
  }
  const parts = raw.split(/\s+/).filter((part) => part !== '');
  if (parts.length === 0) throw new TypeError('invalid author definition : author is an empty string');
  const last = /^<(.*)>$/.exec(parts.at(-1) ?? '');
  const email = last?.[1] ?? '';
  const name = (last === null ? parts : parts.slice(0, -1)).join(' ');
  const data: { [key: string]: Value } = { name };
  if (email !== '') data.email = email;
  return data;
}
