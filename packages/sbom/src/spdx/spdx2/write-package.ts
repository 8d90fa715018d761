import { type Distro, type Finding, findPurl, type Package, type Subject } from '@assay/contract';
import type { JsonObject } from '../../json/value.ts';
import { toDistro } from '../distro-names.ts';
import { differences, formatKept, type Role } from '../kept-model.ts';
import { formatSourceInfo } from '../producer-conventions.ts';
import { isSaid } from '../said.ts';
import { findWebAddress } from '../web-address.ts';
import { isSingleLine } from './creation-info.ts';
import { toDeclaredLicenses } from './license-names.ts';
import { checksumAlgorithms, checksumDigits, purposeOf } from './terms.ts';
import { type PackageContext, toPackage } from './to-package.ts';
import { toSubject } from './to-subject.ts';

/** What all packages of a document share. */
export interface PackageWriting {
  readonly created: string;
  readonly annotator: string;
  /** How a reader will see the document: what it gets right by itself needs no annotation. */
  readonly plain: PackageContext;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

export interface PackageWriter {
  package(pkg: Package, id: string, ids: ReadonlyMap<string, string>): JsonObject;
  subject(subject: Subject, id: string): JsonObject;
  distro(distro: Distro, id: string): JsonObject;
}

/** Writes elements, reads each back as a stranger would, and annotates what that reader gets wrong. Source: SPDX 2.3 clause 7. */
export function packageWriter(writing: PackageWriting): PackageWriter {
  return {
    package(pkg, id, ids) {
      const bare = toSpdxPackage(pkg, id, writing.findings.get(pkg.ref) ?? []);
      const plain = toPackage(bare, id, '', writing.plain);
      // Edges to packages that are there become relationships.
      const dependsOn = pkg.dependsOn.every((ref) => ids.has(ref)) ? [] : pkg.dependsOn;
      const kept = differences(plain ?? {}, { ...pkg, dependsOn });
      return withKept(bare, pkg.kind === 'operating-system' ? { role: 'package', ...kept } : kept, writing);
    },
    subject(subject, id) {
      const bare = toSpdxSubject(subject, id);
      const plain = toPackage(bare, id, '', writing.plain);
      return withKept(
        bare,
        withRole('subject', differences(plain === undefined ? {} : toSubject(plain), subject)),
        writing,
      );
    },
    distro(distro, id) {
      const bare = element(id, distro.id, distro.version, { primaryPackagePurpose: 'OPERATING_SYSTEM' });
      const plain = toPackage(bare, id, '', writing.plain);
      return withKept(
        bare,
        withRole('distro', differences(plain === undefined ? {} : toDistro(plain.name, plain.version), distro)),
        writing,
      );
    },
  };
}

function withRole(role: Role, kept: JsonObject): JsonObject {
  return { role, ...kept };
}

function withKept(bare: JsonObject, kept: JsonObject, { created, annotator }: PackageWriting): JsonObject {
  if (Object.keys(kept).length === 0) return bare;
  const annotation = { annotationDate: created, annotationType: 'OTHER', annotator, comment: formatKept(kept) };
  return { ...bare, annotations: [annotation] };
}

/** Members that every package has, in the order of the specification. */
function element(id: string, name: string, version: string, more: JsonObject): JsonObject {
  return {
    name: name === '' ? 'NOASSERTION' : name,
    SPDXID: id,
    ...(version === '' ? {} : { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    ...more,
  };
}

function toSpdxPackage(pkg: Package, id: string, findings: readonly Finding[]): JsonObject {
  const sourceInfo = formatSourceInfo(pkg);
  const checksums = toChecksums(pkg.hashes);
  const externalRefs = [...toIdentifiers(pkg.purl, pkg.cpes), ...findings.flatMap(toAdvisories)];
  return element(id, pkg.name, pkg.version, {
    licenseDeclared: toDeclaredLicenses(pkg.licenses).expression,
    primaryPackagePurpose: purposeOf[pkg.kind],
    ...(pkg.supplier === undefined || !isSingleLine(pkg.supplier) ? {} : { supplier: `Organization: ${pkg.supplier}` }),
    ...(pkg.homepage === undefined || findWebAddress(pkg.homepage) === undefined ? {} : { homepage: pkg.homepage }),
    ...(sourceInfo === undefined ? {} : { sourceInfo }),
    ...(pkg.description === undefined || pkg.description === '' ? {} : { description: pkg.description }),
    ...(checksums.length === 0 ? {} : { checksums }),
    ...(externalRefs.length === 0 ? {} : { externalRefs }),
  });
}

function toSpdxSubject(subject: Subject, id: string): JsonObject {
  const { digest } = subject;
  const checksums = digest === undefined ? [] : toChecksums(Object.fromEntries([digest.split(':', 2)]));
  const externalRefs = toIdentifiers(subject.purl, []);
  return element(id, subject.name, subject.version ?? digest ?? '', {
    licenseDeclared: 'NOASSERTION',
    primaryPackagePurpose: subjectPurposes[subject.kind],
    ...(checksums.length === 0 ? {} : { checksums }),
    ...(externalRefs.length === 0 ? {} : { externalRefs }),
  });
}

const subjectPurposes: Readonly<Record<Subject['kind'], string>> = {
  image: 'CONTAINER',
  directory: 'FILE',
  file: 'FILE',
  sbom: 'OTHER',
  application: 'APPLICATION',
};

/** Hashes that SPDX has a name for, and that are what the name says; the others are kept in the annotation. Source: SPDX 2.3 §7.10. */
function toChecksums(hashes: Package['hashes']): readonly JsonObject[] {
  return Object.entries(hashes).flatMap(([name, checksumValue]) => {
    const algorithm = Object.hasOwn(checksumAlgorithms, name) ? checksumAlgorithms[name] : undefined;
    if (algorithm === undefined || !/^[0-9a-f]+$/.test(checksumValue)) return [];
    const digits = checksumDigits[algorithm] ?? checksumValue.length;
    return digits === checksumValue.length ? [{ algorithm, checksumValue }] : [];
  });
}

/** Source: SPDX 2.3 §7.21, Annex F. */
function toIdentifiers(purl: string | undefined, cpes: readonly string[]): readonly JsonObject[] {
  const refs: JsonObject[] = [];
  if (purl !== undefined && findPurl(purl) !== undefined && !/\s/.test(purl)) {
    refs.push({ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl });
  }
  for (const cpe of cpes) {
    if (/\s/.test(cpe)) continue;
    const referenceType = cpe.startsWith('cpe:2.3:') ? 'cpe23Type' : cpe.startsWith('cpe:/') ? 'cpe22Type' : undefined;
    if (referenceType !== undefined) refs.push({ referenceCategory: 'SECURITY', referenceType, referenceLocator: cpe });
  }
  return refs;
}

/** One reference to the advisory of a finding; the rest of it is said in words. Source: SPDX 2.3 Annex F.2. */
function toAdvisories(finding: Finding): readonly JsonObject[] {
  const urls = [...finding.evidence.map(({ url }) => url), ...finding.urls];
  const referenceLocator =
    urls.find((url) => isSaid(url) && /^https?:\/\/\S+$/.test(url)) ??
    `https://osv.dev/vulnerability/${encodeURIComponent(finding.id)}`;
  const fixed = finding.fixedIn.length === 0 ? '' : `, fixed in ${finding.fixedIn.join(', ')}`;
  const comment = `${finding.id}: ${finding.severity}${fixed}`;
  return [{ referenceCategory: 'SECURITY', referenceType: 'advisory', referenceLocator, comment }];
}
