/** A tag that fills a member once. */
export interface SingleField {
  readonly is: 'text' | 'boolean' | 'verification-code';
  readonly key: string;
}

/** A tag that adds to a list. */
export type ListField =
  | { readonly is: 'texts' | 'checksum' | 'external-ref' | 'external-document'; readonly key: string }
  | { readonly is: 'range'; readonly key: 'ranges'; readonly unit: 'offset' | 'lineNumber' };

/** How the value of a tag becomes a member of the JSON form. */
export type Field = SingleField | ListField | { readonly is: 'external-ref-comment'; readonly key: 'externalRefs' };

type Fields = Readonly<Record<string, Field>>;

const text = (key: string): Field => ({ is: 'text', key });
const texts = (key: string): Field => ({ is: 'texts', key });

/** Tags of the document itself. Source: SPDX 2.3 clause 6. */
export const documentFields: Fields = {
  SPDXVersion: text('spdxVersion'),
  DataLicense: text('dataLicense'),
  SPDXID: text('SPDXID'),
  DocumentName: text('name'),
  DocumentNamespace: text('documentNamespace'),
  DocumentComment: text('comment'),
  ExternalDocumentRef: { is: 'external-document', key: 'externalDocumentRefs' },
};

/** Tags of `creationInfo`. Source: SPDX 2.3 §6.7–6.10. */
export const creationFields: Fields = {
  LicenseListVersion: text('licenseListVersion'),
  Creator: texts('creators'),
  Created: text('created'),
  CreatorComment: text('comment'),
};

/** Tags of a package after `PackageName`. Source: SPDX 2.3 clause 7. */
export const packageFields: Fields = {
  SPDXID: text('SPDXID'),
  PackageVersion: text('versionInfo'),
  PackageFileName: text('packageFileName'),
  PackageSupplier: text('supplier'),
  PackageOriginator: text('originator'),
  PackageDownloadLocation: text('downloadLocation'),
  FilesAnalyzed: { is: 'boolean', key: 'filesAnalyzed' },
  PackageVerificationCode: { is: 'verification-code', key: 'packageVerificationCode' },
  PackageChecksum: { is: 'checksum', key: 'checksums' },
  PackageHomePage: text('homepage'),
  PackageSourceInfo: text('sourceInfo'),
  PackageLicenseConcluded: text('licenseConcluded'),
  PackageLicenseInfoFromFiles: texts('licenseInfoFromFiles'),
  PackageLicenseDeclared: text('licenseDeclared'),
  PackageLicenseComments: text('licenseComments'),
  PackageCopyrightText: text('copyrightText'),
  PackageSummary: text('summary'),
  PackageDescription: text('description'),
  PackageComment: text('comment'),
  PackageAttributionText: texts('attributionTexts'),
  PrimaryPackagePurpose: text('primaryPackagePurpose'),
  ReleaseDate: text('releaseDate'),
  BuiltDate: text('builtDate'),
  ValidUntilDate: text('validUntilDate'),
  ExternalRef: { is: 'external-ref', key: 'externalRefs' },
  ExternalRefComment: { is: 'external-ref-comment', key: 'externalRefs' },
};

/** Tags of a file after `FileName`. Source: SPDX 2.3 clause 8. */
export const fileFields: Fields = {
  SPDXID: text('SPDXID'),
  FileType: texts('fileTypes'),
  FileChecksum: { is: 'checksum', key: 'checksums' },
  LicenseConcluded: text('licenseConcluded'),
  LicenseInfoInFile: texts('licenseInfoInFiles'),
  LicenseComments: text('licenseComments'),
  FileCopyrightText: text('copyrightText'),
  FileComment: text('comment'),
  FileNotice: text('noticeText'),
  FileContributor: texts('fileContributors'),
  FileAttributionText: texts('attributionTexts'),
  FileDependency: texts('fileDependencies'),
  ArtifactOfProjectName: texts('artifactOfProjectNames'),
  ArtifactOfProjectHomePage: texts('artifactOfProjectHomePages'),
  ArtifactOfProjectURI: texts('artifactOfProjectUris'),
};

/** Tags of a snippet after `SnippetSPDXID`. Source: SPDX 2.3 clause 9. */
export const snippetFields: Fields = {
  SnippetFromFileSPDXID: text('snippetFromFile'),
  SnippetByteRange: { is: 'range', key: 'ranges', unit: 'offset' },
  SnippetLineRange: { is: 'range', key: 'ranges', unit: 'lineNumber' },
  SnippetLicenseConcluded: text('licenseConcluded'),
  LicenseInfoInSnippet: texts('licenseInfoInSnippets'),
  SnippetLicenseComments: text('licenseComments'),
  SnippetCopyrightText: text('copyrightText'),
  SnippetComment: text('comment'),
  SnippetName: text('name'),
  SnippetAttributionText: texts('attributionTexts'),
};

/** Tags of a licence after `LicenseID`. Source: SPDX 2.3 clause 10. */
export const licenseFields: Fields = {
  ExtractedText: text('extractedText'),
  LicenseName: text('name'),
  LicenseCrossReference: texts('seeAlsos'),
  LicenseComment: text('comment'),
};

/** Tags of an annotation after `Annotator`; it may stand anywhere. Source: SPDX 2.3 clause 12. */
export const annotationFields: Fields = {
  AnnotationDate: text('annotationDate'),
  AnnotationType: text('annotationType'),
  AnnotationComment: text('comment'),
  SPDXREF: text('SPDXREF'),
};

/** Tags of a relationship after `Relationship`. Source: SPDX 2.3 clause 11. */
export const relationshipFields: Fields = { RelationshipComment: text('comment') };

/** Tags of a review after `Reviewer`, which annotations replaced. Source: SPDX 2.3 clause 13. */
export const reviewFields: Fields = { ReviewDate: text('reviewDate'), ReviewComment: text('comment') };
