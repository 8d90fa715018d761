import { isObject } from '../../json/value.ts';
import { findLicenseExpression } from '../license-expression.ts';
import { isSaid } from '../said.ts';
import { type Check, numberBetween, text, wordOf } from './checks.ts';

/** A class of the model: its parent, its own properties, and those that an instance must have. */
export interface ModelClass {
  readonly parent?: string;
  readonly properties: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
  /** Properties of this profile are not looked at. */
  readonly prefix?: string;
}

/** An id, or an element that stands there itself. Whether it exists is checked apart. */
export const named: Check = (value, at, problems) => {
  if (isObject(value)) return;
  text(
    /^(?:_:\S+|[A-Za-z][A-Za-z0-9+.-]*:\S+)$/,
    'the id of an element: an IRI or a blank node (SPDX 3.0.1 Core, Element)',
  )(value, at, problems);
};
export const time = text(
  (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)),
  'a date such as 2026-01-31T10:00:00Z (SPDX 3.0.1 Core, DateTime)',
);
export const mediaType = text(/^[^/\s]+\/[^/\s]+$/, 'a media type (SPDX 3.0.1 Core, MediaType)');
export const iri = text(/^[A-Za-z][A-Za-z0-9+.-]*:\S*$/, 'an address (SPDX 3.0.1, anyURI)');
export const anything: Check = () => {};

export function oneOf(what: string, ...words: readonly string[]): Check {
  return wordOf(new Set(words), `${what} (SPDX 3.0.1)`);
}

/** An object whose class is one of those; its own properties are checked like any other's. */
export function instanceOf(...types: readonly string[]): Check {
  return (value, at, problems) => {
    if (isObject(value)) {
      if (typeof value.type !== 'string' || !types.includes(value.type))
        problems.add(at, `expected ${types.join(' or ')}`);
    } else if (typeof value !== 'string') problems.add(at, `expected ${types.join(' or ')}`);
  };
}

export const licenseExpression = text(
  (value) => (isSaid(value) ? findLicenseExpression(value) !== undefined : value !== ''),
  'a licence expression (SPDX 3.0.1 SimpleLicensing, licenseExpression)',
);
export const severity = oneOf('a severity', 'critical', 'high', 'medium', 'low', 'none');
export const score = numberBetween(0, 10, 'a score from 0 to 10 (SPDX 3.0.1 Security, score)');
export const share = numberBetween(0, 1, 'a number from 0 to 1 (SPDX 3.0.1 Security)');
