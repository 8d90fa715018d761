import { formatPurl } from '@assay/contract';

/** The purl of a Go module: its path in front of the last slash is the namespace. Source: purl-spec, type golang. */
export function modulePurl(path: string, version: string): string {
  const slash = path.lastIndexOf('/');
  return formatPurl({
    type: 'golang',
    ...(slash < 0 ? {} : { namespace: path.slice(0, slash) }),
    name: path.slice(slash + 1),
    version,
  });
}
