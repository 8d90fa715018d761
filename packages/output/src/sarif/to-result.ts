import { createHash } from 'node:crypto';
import { type Finding, findPurl, formatPurl, type Location, type Subject } from '@assay/contract';
import { plainText } from '../text/plain-text.ts';
import { levels } from './to-rule.ts';

/** GitHub refuses a result with more than 1,000 locations and shows 100. */
const mostPlaces = 100;

/** One finding as a SARIF result (SARIF 2.1.0 §3.27). */
export function toResult(finding: Finding, ruleIndex: number, subject: Subject): object {
  const { package: found, suppressed } = finding;
  const [first, ...others] = found.locations.slice(0, mostPlaces);
  return {
    ruleId: plainText(finding.id),
    ruleIndex,
    level: levels[finding.severity],
    message: { text: messageOf(finding) },
    locations: [toLocation(first, finding, subject)],
    ...(others.length === 0
      ? {}
      : {
          relatedLocations: others.map((place, index) => ({
            id: index + 1,
            message: { text: 'The same package is also here.' },
            ...toLocation(place, finding, subject),
          })),
        }),
    partialFingerprints: fingerprintsOf(finding),
    ...(suppressed === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: plainText(`${suppressed.reason} (${suppressed.by}: ${suppressed.source})`),
            },
          ],
        }),
    properties: propertiesOf(finding),
  };
}

function messageOf(finding: Finding): string {
  const { name, version } = finding.package;
  const { fixedIn } = finding;
  const fix = fixedIn.length > 0 ? `fixed in ${fixedIn.join(', ')}` : 'no fix known';
  return plainText(`${name} ${version} has ${finding.id} (${finding.severity}); ${fix}.`);
}

function toLocation(place: Location | undefined, finding: Finding, subject: Subject): object {
  const { name, version } = finding.package;
  // Without a path there is still something that was scanned, and code scanning services want a file.
  const path = place === undefined ? subject.name : place.path;
  const layer = place?.layer === undefined ? '' : `@${place.layer}`;
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(path) },
      region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    },
    logicalLocations: [
      {
        name: plainText(name),
        fullyQualifiedName: plainText(`${subject.name}${layer}:/${place?.path ?? ''}#${name}@${version}`),
        kind: 'module',
      },
    ],
  };
}

/** A relative reference: no leading slash, each segment escaped, no `..`. Source: RFC 3986 section 4.2. */
function toUri(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/') || 'unknown';
}

/**
 * Stays the same while the problem does: a new version of the package that is still vulnerable, or another layer, is the same alert;
 * so neither goes in. The name of the fingerprint is the only one that GitHub reads.
 */
function fingerprintsOf(finding: Finding): object {
  const { package: found } = finding;
  const purl = found.purl === undefined ? undefined : findPurl(found.purl);
  const what = purl === undefined ? found.name : formatPurl({ ...purl, version: '', qualifiers: {}, subpath: '' });
  const hash = createHash('sha256').update(JSON.stringify([finding.id, what, found.locations[0]?.path ?? '']));
  return { primaryLocationLineHash: `${hash.digest('hex').slice(0, 32)}:1` };
}

function propertiesOf(finding: Finding): object {
  const { package: found, kev, epss, analysis } = finding;
  return {
    severity: finding.severity,
    severitySource: finding.severitySource,
    aliases: finding.aliases,
    package: found.name,
    version: found.version,
    ...(found.purl === undefined ? {} : { purl: found.purl }),
    fixState: finding.fixState,
    fixedIn: finding.fixedIn,
    ...(kev === undefined ? {} : { kev }),
    ...(epss === undefined ? {} : { epss }),
    ...(analysis === undefined ? {} : { analysis }),
  };
}
