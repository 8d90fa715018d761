import { type DocumentNode, GraphQLError, Kind, parse } from 'graphql';
import { BuiltinError } from '../builtin.ts';

/** Tokens above which a text is refused. */
const maxTokens = 200_000;

/** Braces inside one another above which a text is refused before it is read: the reader calls itself. */
const maxDepth = 500;

const isQueryPart = (kind: Kind): boolean => kind === Kind.OPERATION_DEFINITION || kind === Kind.FRAGMENT_DEFINITION;

/** Reads a query or a schema; an empty text is an empty document. Throws `BuiltinError` with OPA's words and the place. */
export function readDocument(text: string, of: 'query' | 'schema'): DocumentNode {
  // Nothing but what GraphQL passes over: comments, commas, blanks.
  if (/^(?:[\s,\ufeff]|#[^\n\r]*)*$/.test(text)) return { kind: Kind.DOCUMENT, definitions: [] };
  if (depthOf(text) > maxDepth) throw new BuiltinError(`GraphQL text is nested more than ${maxDepth} deep`);
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens, allowLegacyFragmentVariables: true });
  } catch (error) {
    if (error instanceof GraphQLError) throw new BuiltinError(inOpasWords(error));
    throw error;
  }
  for (const { kind, loc } of document.definitions) {
    if (isQueryPart(kind) === (of === 'query')) continue;
    const token = loc?.startToken;
    const found = token?.kind === 'Name' ? `Name "${token.value}"` : token?.kind;
    throw new BuiltinError(`Unexpected ${found} in GraphQL string at location ${token?.line}:${token?.column}`);
  }
  return document;
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '{' || letter === '[' || letter === '(') deepest = Math.max(deepest, ++depth);
    else if (letter === '}' || letter === ']' || letter === ')') depth--;
  }
  return deepest;
}

/** What the scanner of the library says; to OPA such a place holds no token. */
const noToken = /^(?:Unterminated string|Invalid |Unexpected character|Cannot parse)/;

/** Marks stand without quotes there, what must not be empty and what is no token have words of their own. */
function inOpasWords({ message, locations, source, positions }: GraphQLError): string {
  const [{ line, column } = { line: 0, column: 0 }] = locations ?? [];
  const [text, at] = [source?.body ?? '', positions?.[0] ?? 0];
  // A place in a text counts from behind its first quote.
  const isText = text[at] === '"';
  const said = message
    .replace(/^Syntax Error: /, '')
    .replace(/\.$/, '')
    .replace(/(Expected|Unexpected|found) "([^\w\s"]+)"/g, '$1 $2')
    .replace(/^Unexpected variable .*/, 'Unexpected $')
    .replace(/^Unexpected description, .*/, () => `Unexpected String ${/^"[^"]*"/.exec(text.slice(at))?.[0] ?? '""'}`);
  return `${noToken.test(said) ? 'Unexpected <Invalid>' : emptiness(said, text.slice(0, at))} in GraphQL string at location ${line}:${isText && !noToken.test(said) ? column + 1 : column}`;
}

/** A list that must not be empty and is. */
function emptiness(said: string, before: string): string {
  const close = /^Expected Name, found ([})])$/.exec(said)?.[1];
  const open = before
    .replace(/#[^\n\r]*/g, '')
    .trimEnd()
    .at(-1);
  const isEmpty = (close === '}' && open === '{') || (close === ')' && open === '(');
  return isEmpty ? `expected at least one definition, found ${close}` : said;
}
