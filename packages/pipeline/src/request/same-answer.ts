import { accountsOf, type ScanObject } from './scan-object.ts';

/**
 * What decides the answer of a scan and who may see it, but for the vulnerability data, as one text: scans with equal texts wish for the same.
 * Where the results go and what the scan is called is not part of it, nor is the size of the claim: it changes where a scan fails, not what it finds.
 */
export function wishText(scan: ScanObject): string {
  const { image, steps, activeKeychains = [], workspace = {} } = scan.spec;
  return canonical({
    namespace: scan.metadata.namespace ?? '',
    image: withoutTag(image),
    accounts: accountsOf(scan),
    steps,
    keychains: activeKeychains.map(({ name }) => name).toSorted(),
    bindings: workspace.bindings ?? [],
  });
}

/** The repository stays part of the answer: the same digest elsewhere may be out of the scan's reach, and reports name it. */
function withoutTag(image: string): string {
  const [name = '', digest = ''] = image.split('@');
  return `${name.replace(/:[^:/]*$/, '')}@${digest}`;
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
