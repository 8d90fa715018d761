import { RE2JS } from 're2js';
import { quote } from '../values/text.ts';
import type { Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { globsIntersect } from './globs-intersect.ts';
import { builtin, intOperand, stringOperand } from './operands.ts';

/** A pattern of RE2, compiled once in an evaluation. Throws `BuiltinError` with RE2's words. */
export function compilePattern(pattern: string, context: Pick<BuiltinContext, 'cache'>): RE2JS {
  const key = `regex:${pattern}`;
  const known = context.cache.get(key);
  if (known instanceof RE2JS) return known;
  try {
    const made = RE2JS.compile(pattern);
    context.cache.set(key, made);
    return made;
  } catch (error) {
    throw new BuiltinError(error instanceof Error ? error.message : String(error));
  }
}

/** A match: where it begins and ends, and the texts of its groups; a group that took no part is empty. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly string[];
}

/** All matches as Go finds them: an empty one right behind another does not count. */
function* findAll(pattern: RE2JS, text: string, context: BuiltinContext): Generator<Match> {
  const matcher = pattern.matcher(text);
  let last = -1;
  for (let at = 0; at <= text.length && matcher.find(at); ) {
    context.check();
    const [start, end] = [matcher.start(), matcher.end()];
    const isEmpty = start === end;
    if (!isEmpty || start !== last) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_one, group) => matcher.group(group) ?? '');
      yield { start, end, groups };
    }
    last = end;
    at = isEmpty ? end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end;
  }
}

/** At most `count` of them; all when it is negative. */
function find(args: readonly Value[], context: BuiltinContext): readonly Match[] {
  const [pattern, text, count] = [stringOperand(args, 1), stringOperand(args, 2), intOperand(args, 3)];
  const found: Match[] = [];
  if (count === 0) return found;
  for (const match of findAll(compilePattern(pattern, context), text, context)) {
    found.push(match);
    if (found.length === count) break;
  }
  return found;
}

function split(args: readonly Value[], context: BuiltinContext): Value {
  const [pattern, text] = [stringOperand(args, 1), stringOperand(args, 2)];
  const compiled = compilePattern(pattern, context);
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let from = 0;
  let end = 0;
  for (const match of findAll(compiled, text, context)) {
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(from, end));
    from = match.end;
  }
  if (end !== text.length) parts.push(text.slice(from));
  return parts;
}

/** A replacement's `$1`, `${name}` and `$$`; the longest name counts, as `$1x` is `${1x}`. Source: Go's `Regexp.Expand`. */
function expand(template: string, match: Match, names: Readonly<Record<string, number>>): string {
  return template.replace(/\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (_all, dollar, braced, bare) => {
    if (dollar !== undefined) return '$';
    const name = String(braced ?? bare);
    const index = /^\d+$/.test(name) ? Number(name) : names[name];
    return index === undefined ? '' : (match.groups[index] ?? '');
  });
}

function replace(args: readonly Value[], context: BuiltinContext): string {
  const [text, pattern, template] = [stringOperand(args, 1), stringOperand(args, 2), stringOperand(args, 3)];
  const compiled = compilePattern(pattern, context);
  const names = compiled.namedGroups();
  const parts: string[] = [];
  let from = 0;
  let size = 0;
  for (const match of findAll(compiled, text, context)) {
    const replaced = expand(template, match, names);
    size += match.start - from + replaced.length;
    context.reserve(size);
    parts.push(text.slice(from, match.start), replaced);
    from = match.end;
  }
  return parts.join('') + text.slice(from);
}

const meta = /[\\.+*?()|[\]{}^$]/g;

/** A template of plain text with patterns between delimiters. */
function templatePattern(template: string, open: string, close: string, context: BuiltinContext): string {
  const unbalanced = () => new BuiltinError(`unbalanced braces in ${quote(template)}`);
  let [pattern, level, from] = ['^', 0, 0];
  for (let at = 0; at < template.length; at++) {
    const letter = template[at];
    if (letter === open) {
      level++;
      if (level === 1) {
        pattern += template.slice(from, at).replace(meta, '\\$&');
        from = at + 1;
      }
    } else if (letter === close) {
      level--;
      if (level < 0) throw unbalanced();
      if (level === 0) {
        const inner = template.slice(from, at);
        compilePattern(`^${inner}$`, context);
        pattern += `(${inner})`;
        from = at + 1;
      }
    }
  }
  if (level !== 0) throw unbalanced();
  return `${pattern}${template.slice(from).replace(meta, '\\$&')}$`;
}

function matchTemplate(args: readonly Value[], context: BuiltinContext): boolean {
  const [template, text] = [stringOperand(args, 1), stringOperand(args, 2)];
  const [open, close] = [stringOperand(args, 3), stringOperand(args, 4)];
  const size = Buffer.byteLength(open);
  if (size !== 1) throw new BuiltinError(`start delimiter has to be exactly one character long but is ${size} long`);
  if (Buffer.byteLength(close) !== 1)
    throw new BuiltinError(`end delimiter has to be exactly one character long but is ${size} long`);
  return compilePattern(templatePattern(template, open, close, context), context)
    .matcher(text)
    .find();
}

function isValid(value: Value | undefined, context: BuiltinContext): boolean {
  if (typeof value !== 'string') return false;
  try {
    compilePattern(value, context);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

const matches = (args: readonly Value[], context: BuiltinContext): boolean => {
  const [pattern, text] = [stringOperand(args, 1), stringOperand(args, 2)];
  return compilePattern(pattern, context).matcher(text).find();
};

/** Patterns of RE2: their time grows with the text, never faster. */
export const builtins = [
  builtin('regex.is_valid', ([value], context) => isValid(value, context)),
  builtin('regex.match', matches),
  builtin('re_match', matches),
  builtin('regex.split', split),
  builtin('regex.find_n', (args, context) => find(args, context).map(({ groups }) => groups[0] ?? '')),
  builtin('regex.find_all_string_submatch_n', (args, context) => find(args, context).map(({ groups }) => groups)),
  builtin('regex.replace', replace),
  builtin('regex.template_match', matchTemplate),
  builtin('regex.globs_match', (args, context) =>
    globsIntersect(stringOperand(args, 1), stringOperand(args, 2), context),
  ),
];
