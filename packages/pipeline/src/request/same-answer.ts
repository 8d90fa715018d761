import { accountsOf, type ScanObject } from './scan-object.ts';

/** Vulnerability data that the namespace declares for an image of a step. */
export interface DeclaredData {
  readonly image: string;
  readonly dataVersion: string;
}

/**
 * What decides the answer of a scan and who may see it, as one text: two scans with equal texts may share a run. Undefined when the data of any
 * step’s image is not declared. Where the results go and what the scan is called is not part of it.
 */
export function answerText(scan: ScanObject, declared: readonly DeclaredData[]): string | undefined {
  const data = scan.spec.steps.map(({ image }) => declared.find((one) => one.image === image)?.dataVersion);
  if (data.some((one) => one === undefined)) return undefined;
  const { image, steps, activeKeychains = [], workspace = {} } = scan.spec;
  return canonical({
    namespace: scan.metadata.namespace ?? '',
    image: withoutTag(image),
    accounts: accountsOf(scan),
    steps,
    keychains: activeKeychains.map(({ name }) => name).toSorted(),
    // The size is not part of it: it changes where a scan fails, not what it finds.
    bindings: workspace.bindings ?? [],
    data,
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
