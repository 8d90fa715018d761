import { AssayError } from '@assay/contract';
import { linesOf } from './decode-text.ts';
import { findScalar, isClosed, parseFlow, splitKey, unquote } from './yaml-scalar.ts';

/**
 * Reads the part of YAML 1.2 that package managers write into lock files: block maps and lists, flow collections, quoted,
 * folded and literal scalars, comments. Every scalar comes back as text, null as `''`; maps have no prototype.
 * Anchors, aliases and tags are refused: no lock file has them, and they are how YAML is turned into a bomb. Much faster
 * than a whole YAML reader, which matters for locks of several megabytes. Throws FILE_UNREADABLE with the line.
 */
export function parseBlockYaml(text: string): unknown {
  return new BlockReader(linesOf(text)).read();
}

type Container = Record<string, unknown> | unknown[];

interface Frame {
  readonly indent: number;
  readonly node: Container;
}

/** Where the value goes that the following lines give. */
type Slot = { readonly node: Container; readonly key: string | number };

/** Maps and lists: a lock of ten thousand packages has sixty thousand. */
const maxNodes = 120_000;

class BlockReader {
  readonly #lines: readonly string[];
  readonly #frames: Frame[] = [];
  readonly #top: unknown[] = [''];
  #at = 0;
  #open: Slot | undefined = { node: this.#top, key: 0 };
  #folded: Slot | undefined;
  #nodes = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): unknown {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at] ?? '';
      const content = line.trim();
      if (content === '' || content.startsWith('#') || (this.#frames.length === 0 && /^(?:---|%YAML)/.test(line)))
        continue;
      if (line.startsWith('...')) break;
      if (line.startsWith('---')) this.#fail('a second document');
      this.#line(line.length - line.trimStart().length, content);
    }
    return this.#top[0];
  }

  #line(indent: number, content: string): void {
    if (this.#folded !== undefined && indent > (this.#frames.at(-1)?.indent ?? -1)) {
      put(this.#folded, `${String(get(this.#folded))} ${content}`);
      return;
    }
    this.#folded = undefined;
    const item = content === '-' || content.startsWith('- ');
    const slot = this.#open;
    const parent = this.#frames.at(-1);
    if (slot !== undefined && parent !== undefined && indent > parent.indent && !item && isScalar(content)) {
      this.#open = undefined;
      this.#value(slot, content);
      return;
    }
    this.#enter(indent, item);
    const frame = this.#frames.at(-1);
    if (frame === undefined || frame.indent !== indent) this.#fail('an indentation that fits nothing');
    if (Array.isArray(frame.node)) {
      if (!item) this.#fail('no list item in a list');
      this.#item(frame.node, indent, content);
    } else {
      this.#member(frame.node, content);
    }
  }

  /** Closes what the line is no longer in, and opens the block it starts. */
  #enter(indent: number, item: boolean): void {
    const slot = this.#open;
    this.#open = undefined;
    const parent = this.#frames.at(-1);
    const deeper = parent === undefined || indent > parent.indent;
    const listOfKey = item && parent?.indent === indent && !Array.isArray(parent.node);
    if (slot !== undefined && (deeper || listOfKey)) {
      const node: Container = this.#node(item);
      put(slot, node);
      this.#frames.push({ indent, node });
      return;
    }
    while (this.#isLeft(indent, item)) this.#frames.pop();
  }

  #isLeft(indent: number, item: boolean): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return false;
    // A list may stand at its key's own indentation; the next key ends it.
    return (
      frame.indent > indent ||
      (frame.indent === indent && Array.isArray(frame.node) && !item && this.#frames.length > 1)
    );
  }

  #item(list: unknown[], indent: number, content: string): void {
    const rest = content.slice(1).trimStart();
    const slot: Slot = { node: list, key: list.length };
    if (rest === '' || rest.startsWith('#')) {
      put(slot, '');
      this.#open = slot;
      return;
    }
    const nested = rest === '-' || rest.startsWith('- ');
    if (!nested && splitKey(rest) === undefined) {
      this.#value(slot, rest);
      return;
    }
    const node: Container = this.#node(nested);
    put(slot, node);
    const at = indent + content.length - rest.length;
    this.#frames.push({ indent: at, node });
    if (Array.isArray(node)) this.#line(at, rest);
    else this.#member(node, rest);
  }

  #node(isList: boolean): Container {
    this.#count();
    return isList ? [] : emptyMap();
  }

  #count(): void {
    if (++this.#nodes > maxNodes)
      throw new AssayError('LIMIT_EXCEEDED', `more than ${maxNodes} maps and lists in one YAML file`);
  }

  #member(map: Record<string, unknown>, content: string): void {
    if (content.startsWith('? ')) {
      this.#explicit(map, content.slice(2).trim());
      return;
    }
    const split = splitKey(content);
    if (split === undefined) this.#fail('neither a key nor a list item');
    const slot: Slot = { node: map, key: split.key };
    if (split.rest !== '') {
      this.#value(slot, split.rest);
      return;
    }
    put(slot, '');
    this.#open = slot;
  }

  /** A key too long for one line stands on lines of its own: `? key`, then `: value`. */
  #explicit(map: Record<string, unknown>, key: string): void {
    const line = this.#lines[++this.#at] ?? '';
    const next = line.trim();
    if (!next.startsWith(':')) this.#fail('a key without a value');
    const quoted = key.startsWith('"') || key.startsWith("'");
    const slot: Slot = { node: map, key: (quoted ? unquote(key) : undefined) ?? key };
    const rest = next.slice(1).trimStart();
    put(slot, '');
    if (rest === '') this.#open = slot;
    else if (splitKey(rest) === undefined) this.#value(slot, rest);
    else {
      const node = emptyMap();
      this.#count();
      put(slot, node);
      this.#frames.push({ indent: line.length - rest.length, node });
      this.#member(node, rest);
    }
  }

  #value(slot: Slot, text: string): void {
    const first = text[0] ?? '';
    if (first === '&' || first === '*' || first === '!') this.#fail('an anchor, alias or tag');
    if (first === '|' || first === '>') put(slot, this.#block(first));
    else if (first === '"' || first === "'" || first === '{' || first === '[') {
      const whole = this.#whole(text);
      const value = first === '{' || first === '[' ? parseFlow(whole) : unquote(whole);
      if (value === undefined) this.#fail('a value that is not closed');
      put(slot, value);
    } else {
      put(slot, findScalar(text));
      this.#folded = slot;
    }
  }

  /** A quoted or flow value with the lines it goes on over. */
  #whole(text: string): string {
    const parts = [text];
    let whole = text;
    while (!isClosed(whole) && parts.length < 1000 && this.#at + 1 < this.#lines.length) {
      parts.push((this.#lines[++this.#at] ?? '').trim());
      whole = parts.join(' ');
    }
    return whole;
  }

  /** A literal (`|`) or folded (`>`) scalar: the deeper lines that follow. */
  #block(style: '|' | '>'): string {
    const outer = this.#frames.at(-1)?.indent ?? -1;
    const out: string[] = [];
    while (this.#at + 1 < this.#lines.length) {
      const next = this.#lines[this.#at + 1] ?? '';
      if (next.trim() !== '' && next.length - next.trimStart().length <= outer) break;
      out.push(next.trim());
      this.#at++;
    }
    return out.join(style === '|' ? '\n' : ' ').trim();
  }

  #fail(what: string): never {
    throw new AssayError('FILE_UNREADABLE', `line ${this.#at + 1}: ${what}; not the YAML a package manager writes`);
  }
}

/** Whether a line that is no list item is no member of a map either. */
function isScalar(content: string): boolean {
  return !content.startsWith('? ') && splitKey(content) === undefined;
}

function emptyMap(): Record<string, unknown> {
  // Object.create is typed any; an object without prototype holds any key, `__proto__` too.
  return Object.create(null) as Record<string, unknown>;
}

function put(slot: Slot, value: unknown): void {
  if (Array.isArray(slot.node)) slot.node[Number(slot.key)] = value;
  else slot.node[slot.key] = value;
}

function get(slot: Slot): unknown {
  return Array.isArray(slot.node) ? slot.node[Number(slot.key)] : slot.node[slot.key];
}
