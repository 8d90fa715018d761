import { numberText } from '../values/number.ts';
import { quote } from '../values/text.ts';
import type { Expr, Term } from './ast.ts';

/** A reference as OPA prints it: `data.a["b c"][x]`. */
export function refText(terms: readonly Term[]): string {
  let text = '';
  terms.forEach((term, i) => {
    if (i === 0) text += term.kind === 'scalar' && typeof term.value === 'string' ? term.value : termText(term);
    else if (term.kind === 'scalar' && typeof term.value === 'string') {
      text += /^[A-Za-z_][A-Za-z0-9_]*$/.test(term.value) ? `.${term.value}` : `[${quote(term.value)}]`;
    } else text += `[${termText(term)}]`;
  });
  return text;
}

const infix: Readonly<Record<string, string>> = {
  plus: '+',
  minus: '-',
  mul: '*',
  div: '/',
  rem: '%',
  and: '&',
  or: '|',
  eq: '=',
  assign: ':=',
  equal: '==',
  neq: '!=',
  lt: '<',
  gt: '>',
  lte: '<=',
  gte: '>=',
  'internal.member_2': 'in',
};

/** A term as OPA prints it. */
export function termText(term: Term): string {
  switch (term.kind) {
    case 'scalar':
      if (typeof term.value === 'string') return quote(term.value);
      return term.value === null || typeof term.value === 'boolean' ? String(term.value) : numberText(term.value);
    case 'var':
      return term.name.startsWith('$') ? '_' : term.name;
    case 'ref':
      return refText(term.terms);
    case 'array':
      return `[${term.items.map(termText).join(', ')}]`;
    case 'set':
      return term.items.length === 0 ? 'set()' : `{${term.items.map(termText).join(', ')}}`;
    case 'object':
      return `{${term.entries.map(([key, value]) => `${termText(key)}: ${termText(value)}`).join(', ')}}`;
    case 'call':
      return callText(term.operator, term.args);
    case 'template':
      return `$"${term.parts.map((part) => ('node' in part ? `{${exprText(part)}}` : termText(part).slice(1, -1))).join('')}"`;
    default: {
      const body = term.body.map(exprText).join('; ');
      const head = term.key === undefined ? termText(term.term) : `${termText(term.key)}: ${termText(term.term)}`;
      return term.of === 'array' ? `[${head} | ${body}]` : `{${head} | ${body}}`;
    }
  }
}

function callText(operator: Term, args: readonly Term[]): string {
  const name = termText(operator);
  const sign = infix[name];
  if (sign !== undefined && args.length === 2) return args.map(termText).join(` ${sign} `);
  return `${name}(${args.map(termText).join(', ')})`;
}

/** An expression as OPA prints it. */
export function exprText(expr: Expr): string {
  const modifiers = expr.with.map(({ target, value }) => ` with ${termText(target)} as ${termText(value)}`).join('');
  return `${expr.negated ? 'not ' : ''}${bodyText(expr)}${modifiers}`;
}

function bodyText({ body }: Expr): string {
  switch (body.kind) {
    case 'term':
      return termText(body.term);
    case 'call':
      return callText(body.operator, body.args);
    case 'some':
      return `some ${body.symbols.map(termText).join(', ')}`;
    case 'every': {
      const key = body.key === undefined ? '' : `${termText(body.key)}, `;
      return `every ${key}${termText(body.value)} in ${termText(body.domain)} { ${body.body.map(exprText).join('; ')} }`;
    }
    case 'not':
      return `not { ${body.body.map(exprText).join('; ')} }`;
    default:
      return `{ ${body.lhs.map(exprText).join('; ')} } ${body.kind} { ${body.rhs.map(exprText).join('; ')} }`;
  }
}
