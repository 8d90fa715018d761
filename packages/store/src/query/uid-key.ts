import { createHash } from 'node:crypto';

/** By what a report's name is found: the first half of its SHA-256, written as a UUID. */
export function uidKey(uid: string): string {
  const hex = createHash('sha256').update(uid).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
