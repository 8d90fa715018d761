import { isDigit } from './digits.ts';
import type { OrderRules } from './order.ts';
import { compareSemver, readSemver, type SemverKey } from './semver.ts';

/**
 * Module versions (`v1.2.3`, pseudo-versions, `+incompatible`) and toolchains (`go1.22rc1`, `1.22rc1`) in one order, since the Go
 * vulnerability database writes toolchains as semver (`1.22.0-rc.1`). A vendor's toolchain suffix (`go1.21.3-1.el9`, `go1.22.1 X:…`)
 * does not count. Source: Go Modules Reference, "Versions"; go.dev/doc/toolchain, "Version sets".
 */
export const go: OrderRules<SemverKey> = {
  read: (text) => {
    const space = text.indexOf(' ');
    const word = space < 0 ? text : text.slice(0, space);
    if (word.startsWith('go') && isDigit(word.charCodeAt(2))) return readToolchain(word.slice(2));
    return readToolchain(word, true);
  },
  compare: compareSemver,
};

function readToolchain(word: string, keepSuffix = false): SemverKey | undefined {
  const at = wordAt(word);
  if (at === undefined) return readSemver(keepSuffix ? word : withoutSuffix(word));
  const mark = word.startsWith('rc', at) ? 'rc' : 'beta';
  const tail = withoutSuffix(word.slice(at + mark.length));
  return readSemver(`${word.slice(0, at)}-${mark}.${tail === '' ? '0' : tail}`);
}

/** Where `rc` or `beta` follows a digit at once. */
function wordAt(word: string): number | undefined {
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (isDigit(code) || code === 46 || (i === 0 && code === 118)) continue;
    const marked = word.startsWith('rc', i) || word.startsWith('beta', i);
    return marked && i > 0 && isDigit(word.charCodeAt(i - 1)) ? i : undefined;
  }
  return undefined;
}

function withoutSuffix(word: string): string {
  for (let i = 0; i < word.length; i++) if (word[i] === '-' || word[i] === '+') return word.slice(0, i);
  return word;
}
