import type { Module, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import { refText } from '../syntax/print.ts';
import { isMultiValue } from '../syntax/v1-checks.ts';
import { isGroundTerm } from '../syntax/walk.ts';
import { compareStrings } from '../values/key.ts';
import { type CompileState, groundPrefix } from './state.ts';
import type { TreeNode } from './tree.ts';

/** The full reference of a rule, with the names of the source. */
export function ruleRef(state: CompileState, rule: Rule, module: Module): Term[] {
  const [head, ...rest] = rule.head.ref;
  const name = head?.kind === 'var' ? head.name : '';
  const shown = rest.map((term): Term => (term.kind === 'var' ? { ...term, name: state.nameOf(term.name) } : term));
  return [...module.package.path, { kind: 'scalar', value: name, loc: rule.loc }, ...shown];
}

/** Whether all operands of a rule's reference are constants. */
export function isGroundRule(rule: Rule): boolean {
  return rule.head.ref.slice(1).every(isGroundTerm);
}

/** Rules of one name that do not go together. */
export function checkConflicts(state: CompileState, root: TreeNode): void {
  const modules = new Map<Rule, Module>();
  for (const module of state.modules) for (const rule of module.rules) modules.set(rule, module);
  const text = (rule: Rule): string => {
    const module = modules.get(rule);
    return module === undefined ? '' : refText(ruleRef(state, rule, module));
  };
  root.walk((node) => {
    checkNode(state, node, text, modules);
    return false;
  });
  for (const module of state.modules) {
    for (const rule of module.rules) {
      const prefix = groundPrefix(rule.head.ref);
      if (prefix.length < rule.head.ref.length) continue;
      checkPackages(state, module, rule);
    }
  }
}

function checkNode(
  state: CompileState,
  node: TreeNode,
  text: (rule: Rule) => string,
  modules: ReadonlyMap<Rule, Module>,
): void {
  const first = node.rules[0];
  if (first === undefined) return;
  const { rules } = node;
  const name = text(rules.at(-1) ?? first);
  const ground = rules.some(isGroundRule);
  const below = node.children.size === 0 ? [] : rulesBelow(node);
  const inside = ground
    ? below
    : rules.some((r) => !isGroundRule(r))
      ? below.filter((r) => r.head.args !== undefined)
      : [];
  if (inside.length > 0) {
    const list = inside.map((rule) => `  rule ${text(rule)} at ${place(rule.loc)}`).join('\n');
    state.error('rego_type_error', `rule ${name} conflicts with:\n${list}`, first.loc);
    return;
  }
  const count = (test: (rule: Rule) => boolean): number => rules.filter(test).length;
  const complete = count((rule) => !isMultiValue(rule) && isGroundRule(rule));
  const multi = count(isMultiValue);
  const arities = new Set(rules.map((rule) => rule.head.args?.length ?? 0));
  const sets = count((rule) => isMultiValue(rule) && isGroundRule(rule));
  if (
    (multi > 0 && multi < rules.length) ||
    arities.size > 1 ||
    (complete > 0 && complete < rules.length) ||
    (sets > 0 && sets < multi)
  ) {
    state.error('rego_type_error', `conflicting rules ${name} found`, first.loc);
    return;
  }
  const defaults = rules.filter((rule) => rule.default);
  if (defaults.length > 1 && defaults[0] !== undefined) {
    const places = defaults.map((rule) => place(rule.loc)).join(', ');
    const message = `multiple default rules ${name} found at ${places}`;
    state.error('rego_type_error', message, modules.get(defaults[0])?.package.loc);
  }
}

/** A place as OPA writes it in messages. */
export function place(loc: Location): string {
  return loc.file === '' ? `${loc.row}:${loc.column}` : `${loc.file}:${loc.row}`;
}

function rulesBelow(node: TreeNode): Rule[] {
  const rules: Rule[] = [];
  for (const key of node.keys) {
    node.child(key)?.walk((child) => {
      rules.push(...child.rules);
      return false;
    });
  }
  return rules;
}

/** A package may not stand where a rule is. */
function checkPackages(state: CompileState, module: Module, rule: Rule): void {
  const ref = refText([...module.package.path, ...asOperands(rule.head.ref)]);
  for (const other of state.modules) {
    if (other === module) continue;
    if (refText(other.package.path) !== ref) continue;
    const message = `package ${refText(other.package.path.slice(1).map((t, i) => (i === 0 ? asVar(t) : t)))} conflicts with rule ${refText(rule.head.ref)} defined at ${place(rule.loc)}`;
    state.add(new RegoError('rego_type_error', message, module.package.loc));
  }
}

function asVar(term: Term): Term {
  return term.kind === 'scalar' ? { kind: 'var', name: String(term.value), loc: term.loc } : term;
}

function asOperands(ref: readonly Term[]): Term[] {
  return ref.map((term, i) =>
    i === 0 && term.kind === 'var' ? { kind: 'scalar', value: term.name, loc: term.loc } : term,
  );
}

/** Modules in the order of their names. */
export function byName(modules: readonly Module[]): Module[] {
  return [...modules].sort((a, b) => compareStrings(a.file, b.file));
}
