import { isDigits, trimZeros } from './digits.ts';
import { compareNumbers, comparePrerelease, type Identifier, readIdentifiers } from './identifiers.ts';
import type { OrderRules } from './order.ts';

export interface NugetKey {
  readonly numbers: readonly string[];
  readonly prerelease: readonly Identifier[] | undefined;
}

/**
 * NuGet's order: one to four numbers, pre-release labels without regard to case, metadata ignored; floating versions (`1.*`) are
 * no versions. Source: learn.microsoft.com/nuget/concepts/package-versioning, "Normalized version numbers" and "Pre-release versions".
 */
export const nuget: OrderRules<NugetKey> = {
  read: (text) => {
    const plus = text.indexOf('+');
    const plain = plus < 0 ? text : text.slice(0, plus);
    const dash = plain.indexOf('-');
    const numbers = (dash < 0 ? plain : plain.slice(0, dash)).split('.');
    if (numbers.length > 4 || !numbers.every(isDigits)) return undefined;
    const prerelease = dash < 0 ? undefined : readIdentifiers(plain.slice(dash + 1), true);
    if (dash >= 0 && prerelease === undefined) return undefined;
    return { numbers: numbers.map(trimZeros), prerelease };
  },
  compare: (a, b) => compareNumbers(a.numbers, b.numbers) || comparePrerelease(a.prerelease, b.prerelease),
};
