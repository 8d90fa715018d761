import type { PackageKind } from '@assay/contract';

/** Classes that are packages. Source: SPDX 3.0.1, Software, AI and Dataset profiles. */
export const packageClasses: ReadonlySet<string> = new Set([
  'software_Package',
  'ai_AIPackage',
  'dataset_DatasetPackage',
]);

/** Classes that group elements and say which of them are at the root. Source: SPDX 3.0.1, Core `ElementCollection`. */
export const collectionClasses: ReadonlySet<string> = new Set(['SpdxDocument', 'software_Sbom', 'Bom', 'Bundle']);

/** People, organisations and software that act. Source: SPDX 3.0.1, Core `Agent`. */
export const agentClasses: ReadonlySet<string> = new Set(['Agent', 'Person', 'Organization', 'SoftwareAgent']);

/** Licences and expressions of them. Source: SPDX 3.0.1, SimpleLicensing and ExpandedLicensing profiles. */
export const licenseClasses: ReadonlySet<string> = new Set([
  'simplelicensing_LicenseExpression',
  'simplelicensing_SimpleLicensingText',
  'expandedlicensing_ConjunctiveLicenseSet',
  'expandedlicensing_CustomLicense',
  'expandedlicensing_CustomLicenseAddition',
  'expandedlicensing_DisjunctiveLicenseSet',
  'expandedlicensing_IndividualLicensingInfo',
  'expandedlicensing_ListedLicense',
  'expandedlicensing_ListedLicenseException',
  'expandedlicensing_OrLaterOperator',
  'expandedlicensing_WithAdditionOperator',
]);

/** Statements of VEX about a vulnerability in elements. Source: SPDX 3.0.1, Security profile. */
export const vexClasses: ReadonlySet<string> = new Set([
  'security_VexAffectedVulnAssessmentRelationship',
  'security_VexFixedVulnAssessmentRelationship',
  'security_VexNotAffectedVulnAssessmentRelationship',
  'security_VexUnderInvestigationVulnAssessmentRelationship',
]);

/** Other assessments of a vulnerability. Source: SPDX 3.0.1, Security profile. */
export const scoreClasses: ReadonlySet<string> = new Set([
  'security_CvssV2VulnAssessmentRelationship',
  'security_CvssV3VulnAssessmentRelationship',
  'security_CvssV4VulnAssessmentRelationship',
  'security_EpssVulnAssessmentRelationship',
  'security_ExploitCatalogVulnAssessmentRelationship',
  'security_SsvcVulnAssessmentRelationship',
]);

/** Relationships without a meaning of their class. Source: SPDX 3.0.1, Core. */
export const plainRelationshipClasses: ReadonlySet<string> = new Set(['Relationship', 'LifecycleScopedRelationship']);

/** Elements that are known and tell nothing about packages. */
const otherClasses = ['Annotation', 'Tool', 'IndividualElement', 'build_Build', 'software_File', 'software_Snippet'];

/** Values that stand in the graph when several elements share them. */
const sharedValues = ['CreationInfo', 'ExternalIdentifier', 'ExternalMap', 'ExternalRef', 'Hash', 'NamespaceMap'];

/** Every class that may stand in a graph. Source: SPDX 3.0.1, model. */
export const classes: ReadonlySet<string> = new Set([
  ...packageClasses,
  ...collectionClasses,
  ...agentClasses,
  ...licenseClasses,
  ...vexClasses,
  ...scoreClasses,
  ...plainRelationshipClasses,
  ...otherClasses,
  ...sharedValues,
  'DictionaryEntry',
  'PackageVerificationCode',
  'PositiveIntegerRange',
  'software_ContentIdentifier',
  'security_Vulnerability',
]);

/** Source: SPDX 3.0.1, Software `SoftwarePurpose`. Others have no word of ours. */
export const purposes: Readonly<Record<string, PackageKind>> = {
  application: 'application',
  executable: 'application',
  framework: 'framework',
  library: 'library',
  module: 'library',
  source: 'library',
  container: 'container',
  operatingSystem: 'operating-system',
  device: 'device',
  firmware: 'firmware',
  file: 'file',
};

/** Every purpose. Source: SPDX 3.0.1, Software `SoftwarePurpose`. */
export const purposeWords: ReadonlySet<string> = new Set([
  ...Object.keys(purposes),
  ...['archive', 'bom', 'configuration', 'data', 'deviceDriver', 'diskImage', 'documentation', 'evidence'],
  ...['filesystemImage', 'install', 'manifest', 'model', 'other', 'patch', 'platform', 'requirement'],
  ...['specification', 'test'],
]);

/** Hash algorithms and our names. Source: SPDX 3.0.1, Core `HashAlgorithm`. */
export const hashAlgorithms: Readonly<Record<string, string>> = {
  adler32: 'adler32',
  blake2b256: 'blake2b-256',
  blake2b384: 'blake2b-384',
  blake2b512: 'blake2b-512',
  blake3: 'blake3',
  crystalsDilithium: 'crystals-dilithium',
  crystalsKyber: 'crystals-kyber',
  falcon: 'falcon',
  md2: 'md2',
  md4: 'md4',
  md5: 'md5',
  md6: 'md6',
  other: 'other',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  sha512: 'sha512',
};

/** Relationships whose `from` needs what `to` names. Source: SPDX 3.0.1, Core `RelationshipType`. */
export const needs: ReadonlySet<string> = new Set([
  'dependsOn',
  'hasDynamicLink',
  'hasOptionalDependency',
  'hasPrerequisite',
  'hasProvidedDependency',
  'hasStaticLink',
]);

/** Every type of relationship. Source: SPDX 3.0.1, Core `RelationshipType`. */
export const relationshipTypes: ReadonlySet<string> = new Set([
  ...needs,
  ...['affects', 'amendedBy', 'ancestorOf', 'availableFrom', 'configures', 'contains', 'coordinatedBy', 'copiedTo'],
  ...[
    'delegatedTo',
    'descendantOf',
    'describes',
    'doesNotAffect',
    'expandsTo',
    'exploitCreatedBy',
    'fixedBy',
    'fixedIn',
  ],
  ...['foundBy', 'generates', 'hasAddedFile', 'hasAssessmentFor', 'hasAssociatedVulnerability', 'hasConcludedLicense'],
  ...['hasDataFile', 'hasDeclaredLicense', 'hasDeletedFile', 'hasDependencyManifest', 'hasDistributionArtifact'],
  ...['hasDocumentation', 'hasEvidence', 'hasExample', 'hasHost', 'hasInput', 'hasMetadata', 'hasOptionalComponent'],
  ...['hasOutput', 'hasRequirement', 'hasSpecification', 'hasTest', 'hasTestCase', 'hasVariant', 'invokedBy'],
  ...['modifiedBy', 'other', 'packagedBy', 'patchedBy', 'publishedBy', 'reportedBy', 'republishedBy'],
  ...['serializedInArtifact', 'testedOn', 'trainedOn', 'underInvestigationFor', 'usesTool'],
]);
