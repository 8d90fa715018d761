import { AssayError } from '@assay/contract';

/** Characters; what Linux calls PATH_MAX. */
export const maxPath = 4096;

/**
 * The path inside the image: no leading slash, no `.`, no empty segments, `..` resolved.
 * Throws LAYER_INVALID for a path that leaves the image or holds NUL, LIMIT_EXCEEDED for one no file system would take.
 */
export function cleanPath(written: string): string {
  if (written.length > maxPath) {
    throw new AssayError(
      'LIMIT_EXCEEDED',
      `a path of ${written.length} characters is over the limit of ${maxPath}: ${JSON.stringify(`${written.slice(0, 60)}…`)}`,
    );
  }
  if (isClean(written)) return written;
  if (written.includes('\0'))
    throw new AssayError('LAYER_INVALID', `a path holds NUL: ${JSON.stringify(written.slice(0, 100))}`);
  const out: string[] = [];
  for (const segment of written.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') out.push(segment);
    else if (out.pop() === undefined) {
      throw new AssayError('LAYER_INVALID', `an entry leaves the image: ${JSON.stringify(written.slice(0, 200))}`);
    }
  }
  return out.join('/');
}

/** Most paths need no work; telling so must be cheap, images have a million. */
function isClean(path: string): boolean {
  let start = true;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0) return false;
    if (start && (code === 0x2e || code === 0x2f)) {
      // A segment that starts with a dot is clean unless it is `.` or `..`.
      if (code === 0x2f) return false;
      const next = path.charCodeAt(i + 1);
      if (i + 1 >= path.length || next === 0x2f || next === 0x2e) return false;
    }
    start = code === 0x2f;
  }
  return !start;
}
