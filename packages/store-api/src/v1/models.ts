import type { RatingMethod, Severity } from '@assay/contract';
import type { ArtifactRow, PackageRow, RatingRow, VulnerabilityRow } from '@assay/store';

/** Numbers of methods. Source: spec/store.md §2.3: whatever has no number of its own is unknown. */
const methodIds: Partial<Readonly<Record<RatingMethod, number>>> = { CVSSv2: 1, CVSSv3: 2, CVSSv31: 4, OWASP: 5 };
const unknownMethod = 3;

/** The number of a method. */
export function methodTypeId(method: RatingMethod): number {
  return methodIds[method] ?? unknownMethod;
}

/** The method of a number. */
export function methodOfId(id: number | undefined): RatingMethod {
  const known = Object.entries(methodIds).find(([, number]) => number === id);
  return known === undefined ? 'other' : (known[0] as RatingMethod); // the keys of the table are methods
}

/** As the product writes it. Source: spec/store.md §2.4. */
export function titleCase(severity: Severity): string {
  return `${severity.slice(0, 1).toUpperCase()}${severity.slice(1)}`;
}

/** `Rating` and `RatingResponse` of store-openapi.yaml. */
export function toRating({ id, vector, score, method, severity }: RatingRow) {
  return {
    ID: id,
    Vector: vector,
    Score: score ?? 0,
    MethodTypeID: methodTypeId(method),
    Severity: titleCase(severity),
  };
}

/** `ReportRatingResponse`: a report names the method. */
export function toReportRating({ vector, score, method, severity }: RatingRow) {
  return {
    Vector: vector,
    Score: score ?? 0,
    MethodType: Object.hasOwn(methodIds, method) ? method : 'Unknown',
    Severity: titleCase(severity),
  };
}

/** What every form of a vulnerability says. */
export function toVulnerability({ id, vid, description, url, cna, references }: VulnerabilityRow) {
  return { ID: id, CVEID: vid, Description: description, URL: url, CNA: cna, References: references };
}

/** What every form of a package says. */
export function toPackage({ id, name, version, manager, homepage }: PackageRow) {
  return { ID: id, Name: name, Version: version, PackageManager: manager, Homepage: homepage };
}

/** `Image` without what is in it. */
export function toImage({ id, host, name, digest }: ArtifactRow) {
  return { ID: id, Registry: host, Name: name, Digest: digest };
}

/** `Source` without what is in it. */
export function toSource({ id, host, organization, name, digest }: ArtifactRow) {
  return { ID: id, Host: host, Organization: organization, Repository: name, Sha: digest, DeletedAt: null };
}

/** The two dates of the v1 lists. */
export function dates({ createdAt, updatedAt }: { readonly createdAt: Date; readonly updatedAt: Date }) {
  return { CreatedAt: createdAt.toISOString(), UpdatedAt: updatedAt.toISOString() };
}

/** `EntityResponse`: an image or a source, told by `Type`. */
export function toEntityResponse(artifact: ArtifactRow) {
  const { id, kind, host, organization, name, digest } = artifact;
  return kind === 'image'
    ? { ID: id, Type: kind, Registry: host, Name: name, Digest: digest }
    : { ID: id, Type: kind, Host: host, Org: organization, Repo: name, Sha: digest };
}
