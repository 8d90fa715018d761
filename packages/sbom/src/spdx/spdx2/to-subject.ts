import { isDigest, type Package, type Subject } from '@assay/contract';
import { isScannedThing } from '../producer-conventions.ts';
import { findTrivyProperty } from './to-package.ts';

/** What the one described package says of the scanned thing. Sources: SPDX 2.3 §11.1 DESCRIBES; Syft's and Trivy's documents. */
export function toSubject(pkg: Package): Subject {
  const image = isImage(pkg);
  const digest = image ? findDigest(pkg) : undefined;
  const imageId = findTrivyProperty(pkg, 'ImageID');
  const version = pkg.version !== '' && !isDigest(pkg.version) ? pkg.version : undefined;
  return {
    kind: image ? 'image' : kindOfFolder(pkg),
    name: pkg.name,
    ...(version === undefined ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
    ...(imageId !== undefined && isDigest(imageId) ? { imageId } : {}),
    ...(pkg.purl === undefined ? {} : { purl: pkg.purl }),
  };
}

/** SPDX 2.2 has no purpose of a package; the id that Syft gives or the type of the package URL tells. */
function isImage({ kind, ref, purl }: Package): boolean {
  return (
    kind === 'container' || ref.startsWith('SPDXRef-DocumentRoot-Image-') || /^pkg:(?:oci|docker)\//.test(purl ?? '')
  );
}

function kindOfFolder({ ref, kind }: Package): Subject['kind'] {
  if (ref.startsWith('SPDXRef-DocumentRoot-File-')) return 'file';
  if (/^SPDXRef-(DocumentRoot-Directory|Filesystem|Repository)-/.test(ref)) return 'directory';
  return kind === 'file' ? 'file' : 'application';
}

/** Syft writes the manifest's digest as the version, Trivy in the package URL and as repository digest. */
function findDigest(pkg: Package): Subject['digest'] {
  const inPurl = /@(sha(?:256|512))(?::|%3A)([0-9a-f]+)(?:\?|$)/i.exec(pkg.purl ?? '');
  const inRepoDigest = findTrivyProperty(pkg, 'RepoDigest')?.split('@').at(-1);
  const candidates = [pkg.version, inPurl === null ? '' : `${inPurl[1]}:${inPurl[2]}`, inRepoDigest ?? ''];
  return candidates.map((text) => text.toLowerCase()).find(isDigest);
}

/** Whether the described package is only the place that packages lie in, not itself a package to match. */
export function isOnlySubject(pkg: Package): boolean {
  return isScannedThing(pkg.ref) || isImage(pkg);
}
