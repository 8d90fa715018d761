import { compareDigits, compareText, isDigit, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

/** Numbers and words; trailing zeros of the numbers before the first word, and at the end, are gone. */
export type GemKey = readonly string[];

/** A built gem's platform behind its version, as lock files and file names have it: `1.15.4-x86_64-linux`. Source: Gem::Platform. */
const platform =
  /-(?:java|jruby|mri|dalvik\w{0,9}|dotnet\w{0,9}|mswin\w{0,9}|mingw\w{0,9}|(?:x86_64|x86|x64|i[3-6]86|aarch64|arm64|arm|armv\w{1,3}|universal|ppc64le|powerpc|s390x|riscv64)(?:-[\w.]{1,20}){1,3})$/;

const pattern = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** RubyGems' order. Source: the documentation of Gem::Version. A hyphen starts a pre-release, a platform behind one is ignored. */
export const gem: OrderRules<GemKey> = {
  read: (text) => {
    const version = text.length <= 200 ? text.replace(platform, '') : text;
    return pattern.test(version) ? canonical(readSegments(version)) : undefined;
  },
  compare: (a, b) => {
    const most = Math.max(a.length, b.length);
    for (let i = 0; i < most; i++) {
      const left = a[i] ?? '0';
      const right = b[i] ?? '0';
      if (left === right) continue;
      const number = isNumber(left);
      if (number !== isNumber(right)) return number ? 1 : -1;
      return number ? compareDigits(left, right) : compareText(left, right);
    }
    return 0;
  },
};

function isNumber(segment: string): boolean {
  return isDigit(segment.charCodeAt(0));
}

function readSegments(text: string): string[] {
  const out: string[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 45) out.push('pre');
    if (code === 45 || code === 46) {
      at++;
      continue;
    }
    const number = isDigit(code);
    const start = at;
    while (at < text.length && text[at] !== '.' && text[at] !== '-' && isDigit(text.charCodeAt(at)) === number) at++;
    out.push(number ? trimZeros(text.slice(start, at)) : text.slice(start, at));
  }
  return out;
}

function canonical(segments: readonly string[]): string[] {
  const word = segments.findIndex((segment) => !isNumber(segment));
  if (word < 0) return withoutZeros(segments);
  return [...withoutZeros(segments.slice(0, word)), ...withoutZeros(segments.slice(word))];
}

function withoutZeros(segments: readonly string[]): string[] {
  let last = segments.length;
  while (last > 0 && segments[last - 1] === '0') last--;
  return segments.slice(0, last);
}
