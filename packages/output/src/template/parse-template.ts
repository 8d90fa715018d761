import { readExpression, readIf, type TagText } from './read-expression.ts';
import { invalid, type Piece, splitTags } from './split-tags.ts';
import type { Condition, Expression, Node, Place } from './template-node.ts';

const deepest = 32;

interface Open {
  readonly kind: 'if' | 'each';
  readonly place: Place;
  readonly list?: Expression;
  readonly branches: { readonly condition: Condition; readonly body: Node[] }[];
  body: Node[];
  otherwise: Node[] | undefined;
  readonly into: Node[];
}

/** Reads a template. `name` is how messages call it. Throws TEMPLATE_INVALID with row and column, LIMIT_EXCEEDED. */
export function parseTemplate(source: string, name: string): readonly Node[] {
  const root: Node[] = [];
  const open: Open[] = [];
  let into = root;
  for (const piece of splitTags(source, name)) {
    if (piece.is === 'text') {
      into.push({ do: 'text', text: piece.text });
      continue;
    }
    into = readTag(piece, { name, open, into });
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw invalid(name, unclosed.place, `{{#${unclosed.kind}}} is not closed`);
  return root;
}

interface State {
  readonly name: string;
  readonly open: Open[];
  readonly into: Node[];
}

/** Gives the list that the next nodes go into. */
function readTag(piece: Extract<Piece, { is: 'tag' }>, state: State): Node[] {
  const { name, open, into } = state;
  const { text, place } = piece;
  const tag: TagText = { text, place, name };
  const block = /^#\s*([a-z]*)\s*(.*)$/s.exec(text);
  if (block !== null) {
    if (open.length >= deepest) throw invalid(name, place, `blocks are nested deeper than ${deepest}`);
    return openBlock(block[1] ?? '', { ...tag, text: block[2] ?? '' }, open, into);
  }
  const closing = /^\/\s*(.*)$/s.exec(text);
  if (closing !== null) return closeBlock(closing[1] ?? '', tag, open);
  const otherwise = /^else(?:\s+(.*))?$/s.exec(text);
  if (otherwise !== null) return otherBranch(otherwise[1] ?? '', tag, open);
  into.push({ do: 'value', expression: readExpression(tag) });
  return into;
}

function openBlock(kind: string, tag: TagText, open: Open[], into: Node[]): Node[] {
  const common = { place: tag.place, body: [], otherwise: undefined, into };
  if (kind === 'each') {
    const block: Open = { ...common, kind, list: readExpression(tag), branches: [] };
    open.push(block);
    return block.body;
  }
  if (kind === 'if') {
    const body: Node[] = [];
    open.push({ ...common, kind, body, branches: [{ condition: readIf(tag), body }] });
    return body;
  }
  throw invalid(tag.name, tag.place, `${JSON.stringify(kind)} is no block; those are if and each`);
}

function closeBlock(kind: string, tag: TagText, open: Open[]): Node[] {
  const block = open.pop();
  if (block?.kind !== kind) {
    const expected = block === undefined ? 'no block is open' : `{{/${block.kind}}} is expected`;
    throw invalid(tag.name, tag.place, `{{/${kind.slice(0, 40)}}} closes nothing: ${expected}`);
  }
  const otherwise = block.otherwise ?? [];
  if (block.list === undefined) block.into.push({ do: 'if', branches: block.branches, otherwise });
  else block.into.push({ do: 'each', list: block.list, body: block.body, otherwise });
  return block.into;
}

function otherBranch(rest: string, tag: TagText, open: Open[]): Node[] {
  const block = open.at(-1);
  if (block === undefined || block.otherwise !== undefined)
    throw invalid(tag.name, tag.place, '{{else}} belongs into a block, once');
  if (rest === '') {
    block.otherwise = [];
    return block.otherwise;
  }
  const condition = /^if\s+(.*)$/s.exec(rest);
  if (condition === null || block.kind !== 'if')
    throw invalid(tag.name, tag.place, 'only {{else}}, and {{else if …}} within {{#if}}, are known');
  const body: Node[] = [];
  block.branches.push({ condition: readIf({ ...tag, text: condition[1] ?? '' }), body });
  return body;
}
