/**
 * The second object of a published scan: an OCI manifest in the scanned image's own repository that refers to the image.
 * Sources: OCI image-spec 1.1, manifest.md "Guidelines for Artifact Usage"; in-toto attestation, "Vulnerabilities" v0.2.
 */
export const resultFormat = {
  artifactType: 'application/vnd.assay.scan.v1',
  manifestType: 'application/vnd.oci.image.manifest.v1+json',
  emptyType: 'application/vnd.oci.empty.v1+json',
  emptyText: '{}',
  /** Our own report, normalised: schema `https://assay.dev/schemas/report/v1`. */
  reportType: 'application/vnd.assay.report.v1+json',
  reportName: 'report.json',
  statementType: 'application/vnd.in-toto+json',
  statementName: 'vulnerabilities.intoto.json',
  /** Annotation of each part. Source: OCI image-spec, annotations.md. */
  titleKey: 'org.opencontainers.image.title',
  predicateKey: 'in-toto.io/predicate-type',
  /** Annotations of the manifest: where the bundle lies, and which report `report.json` was made of. */
  bundleKey: 'dev.assay.scan.bundle',
  reportOfKey: 'dev.assay.scan.report-of',
  scannerKey: 'dev.assay.scan.scanner',
} as const;

/** Media type of a report as its authors registered it. Sources: IANA `application/vnd.cyclonedx+json`, `…+xml`; `application/spdx+json`; `text/spdx`. */
export function reportMediaType(format: {
  readonly name: 'cyclonedx' | 'spdx';
  readonly encoding: 'json' | 'xml' | 'tag-value';
}): string {
  if (format.name === 'cyclonedx') return `application/vnd.cyclonedx+${format.encoding === 'xml' ? 'xml' : 'json'}`;
  return format.encoding === 'tag-value' ? 'text/spdx' : 'application/spdx+json';
}
