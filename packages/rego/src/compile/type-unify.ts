import type { Term } from '../syntax/ast.ts';
import { termText } from '../syntax/print.ts';
import { either, isUnknown, type Maybe, select, selectItem, unifies } from '../types/relations.ts';
import { anyType } from '../types/type.ts';
import { constantKey, type TypeEnv } from './type-env.ts';

/** Whether a term can be of a type; variables of no known type get it. */
export function unifyTerm(env: TypeEnv, term: Term, type: Maybe, union = false): boolean {
  switch (term.kind) {
    case 'array':
    case 'set':
    case 'object':
      return unifyComposite(env, term, type, union);
    case 'var': {
      const known = env.typeOf(term);
      if (union) env.setVar(term, either(known, type));
      else if (known !== undefined) return unifies(known, type);
      else env.setVar(term, type);
      return true;
    }
    default:
      return unifies(env.typeOf(term), type);
  }
}

function unifyComposite(
  env: TypeEnv,
  term: Extract<Term, { kind: 'array' | 'set' | 'object' }>,
  type: Maybe,
  union: boolean,
): boolean {
  if (type?.kind === 'any') {
    if (type.of.length > 0) {
      // Every alternative is tried: each tells something about the variables.
      return type.of.map((one) => unifyTerm(env, term, one, true)).includes(true);
    }
    const inner = term.kind === 'object' ? term.entries.flat() : term.items;
    for (const item of inner) unifyTerm(env, item, anyType, true);
    return true;
  }
  if (term.kind === 'array' && type?.kind === 'array') {
    if (term.items.length !== type.items.length && type.rest === undefined) return false;
    return term.items.every((item, i) => unifyTerm(env, item, selectItem(type, i), union));
  }
  if (term.kind === 'set' && type?.kind === 'set') {
    return term.items.every((item) => unifyTerm(env, item, type.of, union));
  }
  if (term.kind !== 'object' || type?.kind !== 'object') return false;
  if (term.entries.length !== type.properties.length && type.rest?.value === undefined) return false;
  return term.entries.every(([key, value]) => {
    const constant = constantKey(key);
    if (constant === undefined) {
      unifyTerm(env, value, anyType, union);
      return true;
    }
    const child = select(type, constant);
    return child !== undefined && unifyTerm(env, value, child, union);
  });
}

/** Whether two terms can be equal; variables of no known type get the type of the other side. */
export function unifyTerms(env: TypeEnv, a: Term, b: Term): boolean {
  const typeA = env.typeOf(a);
  const typeB = env.typeOf(b);
  const [unknownA, unknownB] = [isUnknown(typeA), isUnknown(typeB)];
  if (unknownA && !unknownB) return unifyTerm(env, a, typeB);
  if (unknownB && !unknownA) return unifyTerm(env, b, typeA);
  if (!unknownA && !unknownB) return unifies(typeA, typeB);
  if (a.kind === 'array' || (a.kind === 'var' && b.kind === 'array')) {
    return a.kind === 'array' ? unifyArrays(env, a, b) : unifyArrays(env, b, a);
  }
  if (a.kind === 'object' || (a.kind === 'var' && b.kind === 'object')) {
    return a.kind === 'object' ? unifyObjects(env, a, b) : unifyObjects(env, b, a);
  }
  if (a.kind === 'var' && b.kind === 'var') return unifyTerm(env, a, anyType) && unifyTerm(env, b, env.typeOf(a));
  if (a.kind === 'var' && b.kind === 'ref') return unifyTerm(env, a, anyType);
  if (a.kind === 'ref' && b.kind === 'var') return unifyTerm(env, b, anyType);
  if (a.kind === 'var' && typeA === undefined && typeB !== undefined) return unifyTerm(env, a, typeB);
  if (b.kind === 'var' && typeB === undefined && typeA !== undefined) return unifyTerm(env, b, typeA);
  return false;
}

function unifyArrays(env: TypeEnv, a: Term, b: Term): boolean {
  if (a.kind === 'array' && b.kind === 'array') {
    return a.items.length === b.items.length && a.items.every((item, i) => unifyTerms(env, item, b.items[i] as Term));
  }
  return b.kind === 'var' && unifyTerm(env, a, anyType) && unifyTerm(env, b, env.typeOf(a));
}

function unifyObjects(env: TypeEnv, a: Term, b: Term): boolean {
  if (a.kind === 'object' && b.kind === 'object') {
    const others = new Map(b.entries.map(([key, value]) => [termText(key), value]));
    if (a.entries.length !== b.entries.length) return false;
    return a.entries.every(([key, value]) => {
      const other = others.get(termText(key));
      return other !== undefined && unifyTerms(env, value, other);
    });
  }
  return b.kind === 'var' && unifyTerm(env, a, anyType) && unifyTerm(env, b, env.typeOf(a));
}
