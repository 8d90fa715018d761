/** Kubernetes' own letters for generated names: no vowels, nothing that looks like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const length = 5;
const names = alphabet.length ** length;
/** Without a common factor with `names`: attempts of one scan never meet. */
const stride = 7_368_787;
/** A run's name becomes a label's value, which has at most 63 characters. */
const longestName = 63;

/**
 * `<scan>-<5 characters>`, told by the scan's UID and the attempt alone: whoever makes it twice meets the first. Source: spec/scan-2.md §3.
 * A long scan name is cut; the five characters still tell scans apart, and the owner is checked besides.
 */
export function runName(scan: string, uid: string, attempt: number): string {
  let rest = (hash(uid) + ((attempt * stride) % names)) % names;
  let suffix = '';
  for (let i = 0; i < length; i += 1) {
    suffix += alphabet.charAt(rest % alphabet.length);
    rest = Math.floor(rest / alphabet.length);
  }
  const stem = scan.slice(0, longestName - length - 1).replace(/[-.]+$/, '');
  return `${stem}-${suffix}`;
}

/** FNV-1a, spread once more so that similar UIDs part. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % names;
}
