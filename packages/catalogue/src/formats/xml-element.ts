import { AssayError } from '@assay/contract';

/** An element of a small XML document, as far as build files need it. Names are without their prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** All text directly inside, trimmed. */
  text: string;
}

const maxDepth = 256;
const maxElements = 100_000;
const noAttributes: ReadonlyMap<string, string> = new Map();

/**
 * Reads a whole XML document. No DTD is read and no entity but the five of XML and character references is known, so there
 * is nothing to expand. Throws FILE_UNREADABLE, LIMIT_EXCEEDED. Source: W3C XML 1.0.
 */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = element('', new Map());
  const open: XmlElement[] = [top];
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const less = text.indexOf('<', at);
    if (less < 0) break;
    addText(open.at(-1), decodeXml(text.slice(at, less)));
    if (text.startsWith('<!--', less)) at = after(text, '-->', less + 4);
    else if (text.startsWith('<![CDATA[', less)) {
      at = after(text, ']]>', less + 9);
      addText(open.at(-1), text.slice(less + 9, at - 3));
    } else if (text.startsWith('<?', less)) at = after(text, '?>', less + 2);
    else if (text.startsWith('<!', less)) at = afterDoctype(text, less);
    else if (text[less + 1] === '/') {
      at = after(text, '>', less);
      close(open, text.slice(less + 2, at - 1), less);
    } else {
      const end = endOfTag(text, less);
      const empty = text[end - 1] === '/';
      const child = parseTag(text.slice(less + 1, empty ? end - 1 : end), less);
      if (++count > maxElements) throw new AssayError('LIMIT_EXCEEDED', `more than ${maxElements} XML elements`);
      open.at(-1)?.children.push(child);
      if (!empty) open.push(child);
      if (open.length > maxDepth)
        throw new AssayError('LIMIT_EXCEEDED', `more than ${maxDepth} XML elements inside one another`);
      at = end + 1;
    }
  }
  const root = top.children[0];
  if (open.length !== 1 || root === undefined) throw new AssayError('FILE_UNREADABLE', 'the XML is not complete');
  return root;
}

/** The first child of that name. */
export function findChild(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((child) => child.name === name);
}

/** The text of the first child of that name; `undefined` when there is none or it is empty. */
export function childText(parent: XmlElement | undefined, name: string): string | undefined {
  const text = findChild(parent, name)?.text;
  return text === undefined || text === '' ? undefined : text;
}

export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

function element(name: string, attributes: ReadonlyMap<string, string>): XmlElement {
  return { name, attributes, children: [], text: '' };
}

function addText(to: XmlElement | undefined, text: string): void {
  const trimmed = text.trim();
  if (to !== undefined && trimmed !== '') to.text = to.text === '' ? trimmed : `${to.text} ${trimmed}`;
}

function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  if (at < 0) throw new AssayError('FILE_UNREADABLE', `the XML is not complete: no ${what} after character ${from}`);
  return at + what.length;
}

/** A document type without declarations of its own is looked over; one with an internal subset is refused: it could only define entities. */
function afterDoctype(text: string, from: number): number {
  const end = after(text, '>', from);
  if (text.slice(from, end).includes('[')) {
    throw new AssayError('FILE_UNREADABLE', 'the XML declares a document type of its own, which is not read');
  }
  return end;
}

/** A `>` inside an attribute's value does not end the tag. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '>') return i;
  }
  throw new AssayError('FILE_UNREADABLE', `the XML is not complete: a tag at character ${from} has no end`);
}

function parseTag(tag: string, at: number): XmlElement {
  const name = /^[^\s/<>="']+/.exec(tag)?.[0];
  if (name === undefined) throw new AssayError('FILE_UNREADABLE', `not a tag at character ${at}`);
  return element(local(name), readAttributes(tag, name.length));
}

/** `name="value"` pairs, read by hand: a pattern would look at a long tag without any `=` once per character. */
function readAttributes(tag: string, from: number): ReadonlyMap<string, string> {
  if (tag.indexOf('=', from) < 0) return noAttributes;
  const out = new Map<string, string>();
  for (let at = from; at < tag.length; ) {
    const equals = tag.indexOf('=', at);
    if (equals < 0) break;
    const key = tag.slice(at, equals).trim();
    let start = equals + 1;
    while (/\s/.test(tag[start] ?? '')) start++;
    const quote = tag[start];
    const end = quote === '"' || quote === "'" ? tag.indexOf(quote, start + 1) : -1;
    if (end < 0) break;
    out.set(local(key), decodeXml(tag.slice(start + 1, end)));
    at = end + 1;
  }
  return out;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function close(open: XmlElement[], name: string, at: number): void {
  const closed = open.length > 1 ? open.pop() : undefined;
  if (closed?.name !== local(name.trim())) {
    throw new AssayError(
      'FILE_UNREADABLE',
      `the XML closes ${JSON.stringify(name.slice(0, 60))} at character ${at}, which is not open`,
    );
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]{1,10}));/g, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole;
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number.parseInt(String(decimal), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
