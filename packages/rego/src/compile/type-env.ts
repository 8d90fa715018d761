import type { Term } from '../syntax/ast.ts';
import { refText, termText } from '../syntax/print.ts';
import type { Declaration } from '../types/declarations.ts';
import {
  type Constant,
  either,
  isEmptyCollection,
  type Maybe,
  mergeTypes,
  objectType,
  select,
  valuesOfType,
} from '../types/relations.ts';
import {
  anyType,
  booleanType,
  nullType,
  numberType,
  type ObjectType,
  type Property,
  stringType,
} from '../types/type.ts';
import { BigNumber } from '../values/number.ts';

/** Types by reference: a node has a type of its own, or children, or both. */
export class TypeNode {
  readonly children = new Map<string, { readonly term: Term; readonly node: TypeNode }>();
  type: Maybe;

  child(term: Term): TypeNode | undefined {
    return this.children.get(keyOf(term))?.node;
  }

  ensure(term: Term): TypeNode {
    const key = keyOf(term);
    let known = this.children.get(key);
    if (known === undefined) {
      known = { term, node: new TypeNode() };
      this.children.set(key, known);
    }
    return known.node;
  }

  put(path: readonly Term[], type: Maybe): void {
    let node: TypeNode = this;
    for (const term of path) node = node.ensure(term);
    node.type = type;
  }

  /** Puts a type at a path, joined with what is there, above and below. */
  insert(path: readonly Term[], type: Maybe, env: TypeEnv): void {
    let node: TypeNode = this;
    path.forEach((term, i) => {
      const child = node.ensure(term);
      if (child.type?.kind === 'object' && i + 1 < path.length) {
        child.type = insertInto(child.type, path.slice(i + 1), type, env);
      }
      node = child;
    });
    node.type = mergeTypes(node.type, type);
    if (type?.kind !== 'object' || node.children.size === 0) return;
    for (const [leaf, inner] of node.leaves()) {
      if (node.type?.kind === 'object') node.type = insertInto(node.type, leaf, inner, env);
    }
  }

  *leaves(path: readonly Term[] = []): Iterable<readonly [readonly Term[], Maybe]> {
    for (const { term, node } of this.children.values()) {
      const at = [...path, term];
      if (node.type !== undefined) yield [at, node.type];
      else yield* node.leaves(at);
    }
  }

  /** The type of everything at and below the node. */
  get extent(): Maybe {
    if (this.type !== undefined) return this.type;
    const properties: Property[] = [];
    for (const { term, node } of this.children.values()) {
      const key = constantKey(term);
      if (key !== undefined && key !== null) properties.push({ key, value: node.extent });
    }
    // Base documents may add anything.
    return objectType(properties, { key: stringType, value: anyType });
  }
}

function insertInto(type: ObjectType, path: readonly Term[], inner: Maybe, env: TypeEnv): ObjectType {
  const [head, ...rest] = path;
  if (head === undefined) return type;
  const key = env.typeOf(head);
  const value = rest.length === 0 ? inner : insertInto(objectType([], undefined), rest, inner, env);
  const joined =
    type.rest === undefined
      ? { key, value }
      : { key: either(type.rest.key, key), value: either(type.rest.value, value) };
  return objectType(type.properties, joined);
}

function keyOf(term: Term): string {
  return term.kind === 'var' ? `v ${term.name}` : termText(term);
}

/** The constant a term is, when types can have it as a key. */
export function constantKey(term: Term): Constant | undefined {
  if (term.kind !== 'scalar') return undefined;
  return term.value instanceof BigNumber ? (term.value.plain ?? undefined) : term.value;
}

/** Types of variables and documents, in scopes. */
export class TypeEnv {
  readonly tree: TypeNode;
  readonly vars: TypeNode;
  readonly next: TypeEnv | undefined;
  readonly #builtins: ReadonlyMap<string, Declaration>;
  /** Types of comprehensions are found by checking their bodies. */
  readonly #comprehension: (env: TypeEnv, term: Extract<Term, { kind: 'comprehension' }>) => Maybe;

  constructor(
    builtins: ReadonlyMap<string, Declaration>,
    comprehension: (env: TypeEnv, term: Extract<Term, { kind: 'comprehension' }>) => Maybe,
    next?: TypeEnv,
    vars?: TypeNode,
  ) {
    this.tree = new TypeNode();
    this.vars = vars ?? this.tree;
    this.next = next;
    this.#builtins = builtins;
    this.#comprehension = comprehension;
  }

  wrap(): TypeEnv {
    return new TypeEnv(this.#builtins, this.#comprehension, this);
  }

  /** A scope for documents alone: variables stay in this one. */
  wrapDocuments(): TypeEnv {
    return new TypeEnv(this.#builtins, this.#comprehension, this, this.vars);
  }

  setVar(term: Term, type: Maybe): void {
    this.vars.ensure(term).type = type;
  }

  typeOf(term: Term): Maybe {
    switch (term.kind) {
      case 'scalar':
        if (term.value === null) return nullType;
        if (typeof term.value === 'boolean') return booleanType;
        return typeof term.value === 'string' ? stringType : numberType;
      case 'template':
        return stringType;
      case 'array':
        return { kind: 'array', items: term.items.map((item) => this.typeOf(item)), rest: undefined };
      case 'set':
        return { kind: 'set', of: term.items.reduce<Maybe>((all, item) => either(all, this.typeOf(item)), undefined) };
      case 'object':
        return this.#object(term.entries);
      case 'comprehension':
        return this.#comprehension(this, term);
      case 'ref':
        return this.typeOfRef(term.terms);
      case 'var':
        return this.tree.child(term)?.type ?? this.next?.typeOf(term);
      default:
        return undefined;
    }
  }

  #object(entries: readonly (readonly [Term, Term])[]): Maybe {
    const properties: Property[] = [];
    let rest: ObjectType['rest'];
    for (const [key, value] of entries) {
      const constant = constantKey(key);
      if (constant === undefined) rest = { key: this.typeOf(key), value: this.typeOf(value) };
      else properties.push({ key: constant, value: this.typeOf(value) });
    }
    return objectType(properties, rest);
  }

  typeOfRef(ref: readonly Term[]): Maybe {
    const [head] = ref;
    const node = head === undefined ? undefined : this.tree.child(head);
    return node === undefined ? this.#elsewhere(ref) : this.#inNode(node, ref, ref.slice(1));
  }

  #elsewhere(ref: readonly Term[]): Maybe {
    if (this.next !== undefined) return this.next.typeOfRef(ref);
    const [head] = ref;
    if (head?.kind === 'var' && (head.name === 'input' || head.name === 'data')) return anyType;
    return this.#builtins.get(refText(ref))?.type;
  }

  #inNode(node: TypeNode, ref: readonly Term[], tail: readonly Term[]): Maybe {
    const [head, ...rest] = tail;
    if (head === undefined) return node.extent;
    const child = node.child(head);
    if (node.type !== undefined) {
      return child === undefined ? selectRef(node.type, tail) : this.#inNode(child, ref, rest);
    }
    if (head.kind !== 'scalar') return selectRef(node.extent, tail);
    return child === undefined ? this.#elsewhere(ref) : this.#inNode(child, ref, rest);
  }
}

function selectRef(type: Maybe, ref: readonly Term[]): Maybe {
  const [head, ...rest] = ref;
  if (type === undefined || head === undefined) return type;
  if (head.kind !== 'scalar') return isEmptyCollection(type) ? anyType : selectRef(valuesOfType(type), rest);
  const key = constantKey(head);
  return key === undefined ? undefined : selectRef(select(type, key), rest);
}
