/** Endings of Java archives: the runtime's own, and those of Jenkins, JBoss, NiFi, Karaf and Liferay. */
export const javaEndings: readonly string[] = ['jar', 'war', 'ear', 'par', 'sar', 'nar', 'jpi', 'hpi', 'kar', 'lpkg'];
const endings = new Set(javaEndings);
/** Of these, those that carry an application or a plug-in rather than a library. */
const applications = new Set(['war', 'ear', 'sar', 'kar', 'lpkg']);

/** Whether a path is that of a Java archive. */
export function isJavaArchive(path: string): boolean {
  return endings.has(endingOf(path));
}

export function isJavaApplication(path: string): boolean {
  return applications.has(endingOf(path));
}

function endingOf(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? '' : path.slice(dot + 1).toLowerCase();
}

/** What a file name such as `spring-core-5.3.4.jar` says. `version` is `''` when it says none. */
export function parseArchiveName(path: string): { readonly artifact: string; readonly version: string } {
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  // The version starts at the last dash before a digit, but a bare number there is its revision: `foo-2.0-1`.
  let dash = versionDash(base, base.length);
  if (dash > 0 && /^-\d+$/.test(base.slice(dash))) {
    const before = versionDash(base, dash);
    if (before > 0 && /^-\d+(?:\.\w+)*$/.test(base.slice(before, dash))) dash = before;
  }
  return dash <= 0 ? { artifact: base, version: '' } : { artifact: base.slice(0, dash), version: base.slice(dash + 1) };
}

/**
 * The group and artifact of an archive that lies in a repository's layout: that of Maven (`repository/org/example/tool/1.0/tool-1.0.jar`)
 * or of Gradle's cache (`files-2.1/org.example/tool/1.0/HASH/tool-1.0.jar`). `undefined` elsewhere.
 */
export function findByLayout(path: string): { readonly group: string; readonly artifact: string } | undefined {
  const segments = path.split('/');
  const file = segments.at(-1) ?? '';
  const gradle = segments.lastIndexOf('files-2.1');
  if (gradle >= 0 && segments.length === gradle + 6) {
    const [group = '', artifact = '', version = ''] = segments.slice(gradle + 1);
    return file.startsWith(`${artifact}-${version}`) ? { group, artifact } : undefined;
  }
  const root = Math.max(...roots.map((name) => segments.lastIndexOf(name)));
  const [artifact = '', version = ''] = segments.slice(-3);
  if (root < 0 || segments.length < root + 5 || !file.startsWith(`${artifact}-${version}`)) return undefined;
  return { group: segments.slice(root + 1, -3).join('.'), artifact };
}

const roots = ['repository', 'maven-repo', 'maven2', '.m2'];

function versionDash(base: string, end: number): number {
  for (let at = end - 1; at > 0; at--) {
    if (base[at] === '-' && /\d/.test(base[at + 1] ?? '')) return at;
  }
  return -1;
}
