import { AssayError } from '@assay/contract';

/** The largest known locks list some ten thousand packages. */
export const maxListed = 30_000;

/** Refuses a file before its packages are made. Throws LIMIT_EXCEEDED. */
export function checkCount(packages: number): void {
  if (packages > maxListed) throw new AssayError('LIMIT_EXCEEDED', `it lists more than ${maxListed} packages`);
}
