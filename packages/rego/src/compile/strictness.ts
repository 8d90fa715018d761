import type { Expr, Module, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText, termText } from '../syntax/print.ts';
import { walkBody, walkTerm } from '../syntax/walk.ts';
import { importName, importText } from './resolve.ts';
import { type CompileState, isAssignment, isRoot, operatorName } from './state.ts';

/** Modules held to the rules of v1, and all of them when compilation is strict. */
function held(state: CompileState): Module[] {
  return state.modules.filter((module) => state.strict || module.strictV1);
}

/** Two imports of one name. */
export function checkDuplicateImports(state: CompileState): void {
  for (const module of held(state)) {
    const seen = new Map<string, string>();
    for (const item of module.imports) {
      const name = importName(item);
      const known = seen.get(name);
      if (known === undefined) seen.set(name, importText(item));
      else {
        const message = `import must not shadow ${known}`;
        state.addRecoverable(new RegoError('rego_compile_error', message, item.loc));
      }
    }
  }
}

/** Rules, arguments and variables named `input` or `data`. */
export function checkRootShadowing(state: CompileState): void {
  const fail = (message: string, term: { loc: Term['loc'] }): void =>
    state.addRecoverable(new RegoError('rego_compile_error', message, term.loc));
  for (const module of held(state)) {
    const expr = (at: Expr): boolean => {
      const first = isAssignment(at) && at.body.kind === 'call' ? at.body.args[0] : undefined;
      const name = first === undefined ? '' : termText(first);
      if (name === 'input' || name === 'data') {
        fail(`variables must not shadow ${name} (use a different variable name)`, at);
      }
      return true;
    };
    for (const rule of module.rules) {
      const head = rule.head.ref[0];
      if (head?.kind === 'var' && (head.name === 'input' || head.name === 'data')) {
        fail(`rules must not shadow ${head.name} (use a different rule name)`, rule);
      }
      for (const arg of rule.head.args ?? []) {
        if (isRoot(arg)) fail(`args must not shadow ${termText(arg)} (use a different variable name)`, arg);
      }
    }
    for (const rule of module.rules) {
      for (let at = rule as typeof rule | undefined; at !== undefined; at = at.else) {
        for (const term of [at.head.key, at.head.value]) if (term !== undefined) walkTerm(term, { expr });
        walkBody(at.body, { expr });
      }
    }
  }
}

/** Built-ins that are to go away. */
export function checkDeprecated(state: CompileState): void {
  for (const module of held(state)) {
    for (const rule of module.rules) {
      for (let at = rule as typeof rule | undefined; at !== undefined; at = at.else) {
        walkBody(at.body, {
          expr: (expr) => {
            check(state, operatorName(expr), expr.loc);
            return true;
          },
          term: (term) => {
            if (term.kind === 'call' && term.operator.kind === 'ref')
              check(state, refText(term.operator.terms), term.loc);
            return true;
          },
        });
      }
    }
  }
}

function check(state: CompileState, name: string, loc: Term['loc']): void {
  if (state.builtins.get(name)?.deprecated !== true) return;
  const message = `deprecated built-in function calls in expression: ${name}`;
  state.addRecoverable(new RegoError('rego_type_error', message, loc));
}
