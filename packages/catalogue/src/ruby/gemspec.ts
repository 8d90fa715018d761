import { AssayError } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';

/** What the specification of a gem says. */
export interface Gemspec {
  readonly name: string;
  /** `''` where it is computed. */
  readonly version: string;
  /** `ruby` unless it was built for one. */
  readonly platform: string;
  readonly licenses: readonly string[];
  readonly summary?: string;
  readonly authors: readonly string[];
  readonly needs: readonly string[];
}

/**
 * Reads a gemspec, as RubyGems writes it for what is installed or as people do, without running it: only literals are understood.
 * Throws FILE_UNREADABLE. Source: rubygems `Specification#to_ruby`, guides.rubygems.org, "Specification Reference".
 */
export function parseGemspec(bytes: Uint8Array, path: string): Gemspec {
  const fields = new Map<string, string>();
  const needs = new Set<string>();
  let stub: RegExpExecArray | null = null;
  for (const line of linesOf(decodeText(bytes))) {
    stub ??= /^# stub: (\S+) (\S+) (\S+)/.exec(line);
    const field = /^\s*\w+\.(name|version|platform|licenses?|summary|authors?)\s*=\s*(.+)$/.exec(line);
    if (field?.[1] !== undefined && field[2] !== undefined && !fields.has(field[1])) fields.set(field[1], field[2]);
    const need = /^\s*\w+\.add_(?:runtime_)?dependency[ (]*(.+)$/.exec(line);
    const [name] = need?.[1] === undefined ? [] : literals(need[1]);
    if (name !== undefined) needs.add(name);
  }
  const file = /([^/]+)\.gemspec$/.exec(path)?.[1] ?? '';
  const fromFile = /^(.+?)-(\d[^-]*)(?:-.*)?$/.exec(file);
  const isInstalled = /(?:^|\/)specifications\//.test(path);
  const one = (key: string): string | undefined => soleLiteral(fields.get(key) ?? '');
  const name = one('name') ?? stub?.[1] ?? fromFile?.[1];
  // The sources of a gem may compute their version.
  const version = one('version') ?? stub?.[2] ?? fromFile?.[2] ?? (isInstalled ? undefined : '');
  if (name === undefined || version === undefined) {
    throw new AssayError('FILE_UNREADABLE', 'the gemspec does not say its name and version as plain texts');
  }
  const summary = one('summary');
  return {
    name,
    version,
    platform: one('platform') ?? stub?.[3] ?? 'ruby',
    licenses: [...literals(fields.get('licenses') ?? ''), ...literals(fields.get('license') ?? '')],
    ...(summary === undefined ? {} : { summary: summary.slice(0, 500) }),
    authors: [...literals(fields.get('authors') ?? ''), ...literals(fields.get('author') ?? '')],
    needs: [...needs],
  };
}

/** The one text that the expression is: `"a"`, `"a".freeze`, `Gem::Version.new("a")`; not one in a call such as `File.read("VERSION")`. */
function soleLiteral(expression: string): string | undefined {
  const bare = expression.trim().replace(/^Gem::\w+\.new[ (]+/, '');
  return /^(?:["']|%[qQ]?[<({[])/.test(bare) && !/["'>)}\]]\s*[+%*]/.test(bare) ? literals(bare)[0] : undefined;
}

/** The string literals of a Ruby expression: `"a"`, `'a'`, `%q<a>`. One with an interpolation says nothing. */
function literals(expression: string): string[] {
  const out: string[] = [];
  for (let at = 0; at < expression.length; at++) {
    const close = closerAt(expression, at);
    if (close === undefined) continue;
    const start = expression[at] === '%' ? expression.indexOf(close.opener, at) + 1 : at + 1;
    const end = endOfLiteral(expression, start, close.closer);
    if (end < 0) break;
    out.push(expression.slice(start, end).replace(/\\(.)/g, '$1'));
    at = end;
  }
  return out.filter((text) => text !== '' && !text.includes('#{'));
}

const brackets: ReadonlyMap<string, string> = new Map([
  ['<', '>'],
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
]);

/** What opens and closes the literal that starts here, if one does. */
function closerAt(text: string, at: number): { readonly opener: string; readonly closer: string } | undefined {
  const c = text[at];
  if (c === '"' || c === "'") return { opener: c, closer: c };
  if (c !== '%') return undefined;
  const opener = text[at + 1] === 'q' || text[at + 1] === 'Q' ? text[at + 2] : text[at + 1];
  const closer = brackets.get(opener ?? '');
  return opener === undefined || closer === undefined ? undefined : { opener, closer };
}

/** Looks at each character once: a pattern would start anew at every quote of a text that is never closed. */
function endOfLiteral(text: string, from: number, closer: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === closer) return at;
  }
  return -1;
}
