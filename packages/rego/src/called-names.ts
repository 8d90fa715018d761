import type { Expr, Module, Rule, Term } from './syntax/ast.ts';
import { refText } from './syntax/print.ts';
import { walkBody, walkTerm } from './syntax/walk.ts';

/** Names of all functions the modules call or put in the place of others. */
export function namesOfModules(modules: readonly Module[]): Set<string> {
  const names = new Set<string>();
  for (const module of modules) {
    for (const rule of module.rules) {
      for (let at: Rule | undefined = rule; at !== undefined; at = at.else) addNames(at.body, names);
      if (rule.default && rule.head.value !== undefined) walkTerm(rule.head.value, visitor(names));
    }
  }
  return names;
}

/** Names of all functions a body calls or puts in the place of others. */
export function namesOfCalls(body: readonly Expr[]): Set<string> {
  const names = new Set<string>();
  addNames(body, names);
  return names;
}

function addNames(body: readonly Expr[], names: Set<string>): void {
  walkBody(body, visitor(names));
}

function visitor(names: Set<string>): { term(term: Term): boolean } {
  return {
    // Operators and values of `with` are references like others: every reference may name a function.
    term: (term) => {
      if (term.kind === 'ref') names.add(refText(term.terms));
      return true;
    },
  };
}
