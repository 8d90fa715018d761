import { decodeText, linesOf } from '../formats/decode-text.ts';
import { isFilledIn, type MavenName } from './maven-name.ts';

/**
 * Reads the `pom.properties` that Maven puts into an archive. `undefined` when it does not name artifact and version.
 * Source: maven.apache.org/shared/maven-archiver; java.util.Properties for the lines.
 */
export function parsePomProperties(bytes: Uint8Array): MavenName | undefined {
  const values = new Map<string, string>();
  for (const line of linesOf(decodeText(bytes))) {
    const text = line.trim();
    const at = text.search(/[=:]/);
    if (at <= 0 || text.startsWith('#') || text.startsWith('!')) continue;
    values.set(text.slice(0, at).trim(), text.slice(at + 1).trim());
  }
  const [group, artifact, version] = [values.get('groupId'), values.get('artifactId'), values.get('version')];
  if (!isFilledIn(artifact) || !isFilledIn(version)) return undefined;
  return { group: isFilledIn(group) ? group : artifact, artifact, version };
}
