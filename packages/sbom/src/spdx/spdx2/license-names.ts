import { createHash } from 'node:crypto';
import { findLicenseExpression, isLicenseRef, licensesOf, printLicenseExpression } from '../license-expression.ts';

/** The licence field of a package, and the licences of it that the document must describe: LicenseRef to name. */
export interface DeclaredLicenses {
  readonly expression: string;
  readonly described: ReadonlyMap<string, string>;
}

/**
 * One expression for all licences of a package: each applies, so they are joined with AND. Names that are no expression become
 * a LicenseRef of their own. Source: SPDX 2.3 §7.15, §10.1, Annex D.
 */
export function toDeclaredLicenses(licenses: readonly string[]): DeclaredLicenses {
  const described = new Map<string, string>();
  const parts = licenses.map((license) => {
    const expression = findLicenseExpression(license);
    // A reference that stands alone is the name of a licence, as one that is read back is told from its name.
    if (expression === undefined || isLicenseRef(license)) {
      const id = isLicenseRef(license) && !license.includes(':') ? license : toLicenseRef(license);
      described.set(id, license);
      return { license: id };
    }
    for (const id of licensesOf(expression)) if (isLicenseRef(id) && !id.includes(':')) described.set(id, id);
    return expression;
  });
  const [first] = parts;
  if (first === undefined) return { expression: 'NOASSERTION', described };
  return { expression: printLicenseExpression(parts.length === 1 ? first : { all: parts }), described };
}

/** An id from the name: what can be read of it, and a digest, since names differ in what ids cannot say. */
function toLicenseRef(name: string): string {
  const readable = name
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 10);
  return `LicenseRef-${readable === '' ? '' : `${readable}-`}${digest}`;
}
