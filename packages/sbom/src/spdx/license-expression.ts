import { findListedId } from '../license-list.ts';

type Conjunction = 'AND' | 'OR';

/** A parsed licence expression. Source: SPDX 2.3, Annex D. */
export type LicenseExpression =
  | { readonly license: string; readonly exception?: string }
  | { readonly all: readonly LicenseExpression[] }
  | { readonly any: readonly LicenseExpression[] };

const maxLength = 65_536;
const maxDepth = 64;

/** Whether the id is on the SPDX licence list, deprecated ids included; letter case does not count. Source: SPDX 2.3, Annex D.2. */
export function isListedLicense(id: string): boolean {
  return findListedId(id) !== undefined || (id.endsWith('+') && findListedId(id.slice(0, -1)) !== undefined);
}

const licenseRef = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
const idString = /^[A-Za-z0-9.-]+\+?$/;

/** Whether the word names a licence that the document itself describes. */
export function isLicenseRef(id: string): boolean {
  return licenseRef.test(id);
}

/**
 * Reads a licence expression. `undefined` when it is not one: wrong grammar, or an id that is neither on the list nor a LicenseRef.
 * Operators in upper case, or all in lower case as SPDX 3 allows.
 */
export function findLicenseExpression(text: string): LicenseExpression | undefined {
  if (text.length > maxLength) return undefined;
  const tokens = text.match(/\(|\)|[^\s()]+/g);
  if (tokens === null) return undefined;
  const reader = new ExpressionReader(tokens);
  const expression = reader.expression(0);
  return reader.isAtEnd ? expression : undefined;
}

/** The parts that all apply: `A AND (B OR C)` gives `A` and `B OR C`. A text that is no expression is one part. */
export function splitLicenses(text: string): readonly string[] {
  const expression = findLicenseExpression(text);
  if (expression === undefined) return [text];
  if ('all' in expression) return expression.all.map(printLicenseExpression);
  return [printLicenseExpression(expression)];
}

/** The expression as text, with only the parentheses it needs. */
export function printLicenseExpression(expression: LicenseExpression): string {
  if ('license' in expression) {
    return expression.exception === undefined
      ? expression.license
      : `${expression.license} WITH ${expression.exception}`;
  }
  const [parts, word, other] = 'all' in expression ? [expression.all, 'AND', 'any'] : [expression.any, 'OR', 'all'];
  return parts
    .map((part) =>
      other in part || word.toLowerCase() in part ? `(${printLicenseExpression(part)})` : printLicenseExpression(part),
    )
    .join(` ${word} `);
}

/** The licence ids an expression names, in order of appearance. */
export function licensesOf(expression: LicenseExpression): readonly string[] {
  if ('license' in expression) return [expression.license];
  return ('all' in expression ? expression.all : expression.any).flatMap(licensesOf);
}

class ExpressionReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** OR binds weakest. Source: SPDX 2.3, Annex D.4.5. */
  expression(depth: number): LicenseExpression | undefined {
    return this.#chain('OR', () => this.#chain('AND', () => this.#operand(depth)));
  }

  #chain(word: Conjunction, next: () => LicenseExpression | undefined): LicenseExpression | undefined {
    const parts: LicenseExpression[] = [];
    do {
      const part = next();
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#accept(word));
    const only = parts.length === 1 ? parts[0] : undefined;
    return only ?? (word === 'AND' ? { all: parts } : { any: parts });
  }

  #operand(depth: number): LicenseExpression | undefined {
    if (this.#tokens[this.#at] === '(') {
      if (depth >= maxDepth) return undefined;
      this.#at += 1;
      const inner = this.expression(depth + 1);
      if (this.#tokens[this.#at] !== ')') return undefined;
      this.#at += 1;
      return inner;
    }
    const license = this.#tokens[this.#at];
    if (license === undefined || !(isLicenseRef(license) || (idString.test(license) && isListedLicense(license)))) {
      return undefined;
    }
    this.#at += 1;
    if (!this.#accept('WITH')) return { license };
    const exception = this.#tokens[this.#at];
    if (exception === undefined || !(idString.test(exception) || exception.startsWith('AdditionRef-')))
      return undefined;
    this.#at += 1;
    return { license, exception };
  }

  #accept(word: Conjunction | 'WITH'): boolean {
    const token = this.#tokens[this.#at];
    if (token !== word && token !== word.toLowerCase()) return false;
    this.#at += 1;
    return true;
  }
}
