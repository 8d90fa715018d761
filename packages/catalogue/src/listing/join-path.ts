/** A path beside a file, `.` and `..` resolved; it stays inside the scan. */
export function joinPath(file: string, relative: string): string {
  const out = file.split('/').slice(0, -1);
  for (const segment of relative.split('/')) {
    if (segment === '..') out.pop();
    else if (segment !== '' && segment !== '.') out.push(segment);
  }
  return out.join('/');
}
