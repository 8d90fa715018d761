import { describe, expect, it } from 'vitest';
import { findLicenseExpression, printLicenseExpression, splitLicenses } from './license-expression.ts';

const printed = (text: string) => {
  const expression = findLicenseExpression(text);
  return expression === undefined ? undefined : printLicenseExpression(expression);
};

describe('licence expressions', () => {
  // Source: SPDX 2.3, Annex D.3 and D.4, the examples there and what the grammar forbids.
  it.each([
    ['CDDL-1.0', 'CDDL-1.0'],
    ['GPL-2.0+', 'GPL-2.0+'],
    ['LicenseRef-23', 'LicenseRef-23'],
    ['DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2', 'DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2'],
    ['GPL-2.0-or-later WITH Bison-exception-2.2', 'GPL-2.0-or-later WITH Bison-exception-2.2'],
    ['LGPL-2.1-only OR MIT OR BSD-3-Clause', 'LGPL-2.1-only OR MIT OR BSD-3-Clause'],
    // AND binds before OR.
    ['LGPL-2.1-only OR BSD-3-Clause AND MIT', 'LGPL-2.1-only OR (BSD-3-Clause AND MIT)'],
    ['MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)', 'MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)'],
    ['((MIT))', 'MIT'],
    ['mit', 'mit'],
  ])('reads %s', (text, wanted) => expect(printed(text)).toBe(wanted));

  it.each([
    ['', 'nothing'],
    ['MIT AND', 'an operator without its second operand'],
    ['(MIT', 'an open parenthesis'],
    ['MIT)', 'a closed one that was not open'],
    ['MIT Apache-2.0', 'two licences without an operator'],
    ['The MIT License', 'a free name'],
    ['MIT WITH', 'an exception that is missing'],
    ['NOASSERTION', 'a word for silence'],
    ['LicenseRef-a/b', 'a reference with a slash'],
  ])('does not take %j for one: %s', (text) => expect(findLicenseExpression(text)).toBeUndefined());

  it('stops at parentheses a thousand deep', () => {
    expect(findLicenseExpression(`${'('.repeat(1000)}MIT${')'.repeat(1000)}`)).toBeUndefined();
  });

  it('parts licences that all apply, not those one may choose from', () => {
    expect(splitLicenses('MIT AND (Apache-2.0 OR ISC) AND LicenseRef-x')).toEqual([
      'MIT',
      'Apache-2.0 OR ISC',
      'LicenseRef-x',
    ]);
    expect(splitLicenses('MIT OR ISC')).toEqual(['MIT OR ISC']);
    expect(splitLicenses('MIT and friends')).toEqual(['MIT and friends']);
  });
});
