import { formatPurl } from '@assay/contract';

/** What Maven calls an artifact by. */
export interface MavenName {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** The canonical package URL of a Maven artifact. Source: purl-spec, maven: the group is the namespace. */
export function mavenPurl({ group, artifact, version }: MavenName): string {
  return formatPurl({ type: 'maven', namespace: group, name: artifact, version });
}

/** The name as people and advisories write it: `group:artifact`. */
export function mavenLabel({ group, artifact }: Pick<MavenName, 'group' | 'artifact'>): string {
  return `${group}:${artifact}`;
}

/** Whether the text is a value, not a placeholder that the build did not fill in. */
export function isFilledIn(text: string | undefined): text is string {
  return text !== undefined && text !== '' && !/[${}@\s]/.test(text);
}
