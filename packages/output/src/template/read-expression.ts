import { findFilter } from './filters.ts';
import { invalid } from './split-tags.ts';
import type { Condition, Expression, FilterCall, Place, Term } from './template-node.ts';

/** The inside of a tag, and where it stands. */
export interface TagText {
  readonly text: string;
  readonly place: Place;
  /** The template's name. */
  readonly name: string;
}

type Token =
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  | { readonly is: 'path'; readonly text: string }
  | { readonly is: 'sign'; readonly text: string };

const tokenPattern =
  /\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)(?![\w.])|(\||==|!=)|((?:@|[A-Za-z_])[A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*))/y;

/** Reads `TERM | filter arg | filter`. Throws TEMPLATE_INVALID. */
export function readExpression(tag: TagText): Expression {
  const tokens = tokensOf(tag);
  const expression = takeExpression(tokens, tag);
  if (tokens.length > 0) throw unexpected(tokens[0], tag);
  return expression;
}

/** Reads `[not] EXPRESSION [== or != EXPRESSION]`. Throws TEMPLATE_INVALID. */
export function readIf(tag: TagText): Condition {
  const tokens = tokensOf(tag);
  const [first] = tokens;
  const negated = first?.is === 'path' && first.text === 'not';
  if (negated) tokens.shift();
  const left = takeExpression(tokens, tag);
  const sign = tokens.shift();
  if (sign === undefined) return { left, negated };
  if (sign.is !== 'sign' || sign.text === '|') throw unexpected(sign, tag);
  const right = takeExpression(tokens, tag);
  if (tokens.length > 0) throw unexpected(tokens[0], tag);
  return { left, negated, compare: { operator: sign.text === '==' ? '==' : '!=', right } };
}

function takeExpression(tokens: Token[], tag: TagText): Expression {
  const first = tokens.shift();
  if (first === undefined || first.is === 'sign') throw unexpected(first, tag);
  const term: Term = first.is === 'literal' ? first : { is: 'path', segments: first.text.split('.'), place: tag.place };
  const filters: FilterCall[] = [];
  for (let [next] = tokens; next?.is === 'sign' && next.text === '|'; [next] = tokens) {
    tokens.shift();
    filters.push(takeFilter(tokens, tag));
  }
  return { term, filters, place: tag.place };
}

function takeFilter(tokens: Token[], tag: TagText): FilterCall {
  const name = tokens.shift();
  if (name?.is !== 'path') throw unexpected(name, tag);
  const filter = findFilter(name.text);
  if (filter === undefined)
    throw invalid(tag.name, tag.place, `${JSON.stringify(name.text.slice(0, 60))} is no filter`);
  const args: (string | number | boolean)[] = [];
  for (let [next] = tokens; next?.is === 'literal'; [next] = tokens) {
    args.push(next.value);
    tokens.shift();
  }
  const wanted = filter.takes;
  const fits = args.length === wanted.length && args.every((arg, index) => typeof arg === wanted[index]);
  if (!fits) {
    const what =
      wanted.length === 0
        ? 'no argument'
        : wanted.map((type) => (type === 'string' ? 'a "text"' : 'a number')).join(', ');
    throw invalid(tag.name, tag.place, `the filter ${name.text} takes ${what}`);
  }
  return { name: name.text, args, place: tag.place };
}

function tokensOf({ text, place, name }: TagText): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match === null)
      throw invalid(name, place, `${JSON.stringify(text.slice(at, at + 40).trim())} is not understood`);
    at = tokenPattern.lastIndex;
    const [, quoted, number, sign, path] = match;
    if (quoted !== undefined) tokens.push({ is: 'literal', value: unquoted(quoted) });
    else if (number !== undefined) tokens.push({ is: 'literal', value: Number(number) });
    else if (sign !== undefined) tokens.push({ is: 'sign', text: sign });
    else if (path === 'true' || path === 'false') tokens.push({ is: 'literal', value: path === 'true' });
    else tokens.push({ is: 'path', text: path ?? '' });
    if (tokens.length > 200) throw invalid(name, place, 'the tag is too long');
  }
  return tokens;
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) =>
    character === 'n' ? '\n' : character === 't' ? '\t' : character === 'r' ? '\r' : character,
  );
}

function unexpected(token: Token | undefined, tag: TagText) {
  if (token === undefined) return invalid(tag.name, tag.place, 'something is missing');
  const text = token.is === 'literal' ? JSON.stringify(token.value) : token.text;
  return invalid(tag.name, tag.place, `${text.slice(0, 60)} is not expected here`);
}
