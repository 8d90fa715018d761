import type { Rejected } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { mavenLabel, mavenPurl } from './maven-name.ts';

/** Reads `gradle.lockfile` and `*.lockfile` of older Gradle. Source: docs.gradle.org, "Locking Versions": `group:artifact:version=configurations`. */
export function parseGradleLockfile(bytes: Uint8Array): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, line] of linesOf(decodeText(bytes)).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text.startsWith('empty=')) continue;
    const [coordinates = '', configurations = ''] = text.split('=', 2);
    const [group, artifact, version, ...more] = coordinates.split(':');
    if (group === undefined || artifact === undefined || version === undefined || version === '' || more.length > 0) {
      rejected.push({ at: `line ${index + 1}`, why: 'not group:artifact:version=configurations' });
      continue;
    }
    const name = { group, artifact, version };
    const names = configurations.split(',').filter((configuration) => configuration !== '');
    packages.push({
      key: coordinates,
      name: mavenLabel(name),
      version,
      purl: mavenPurl(name),
      dev: names.length > 0 && names.every((configuration) => /^test|^androidTest/.test(configuration)),
    });
  }
  return { packages, rejected };
}
