import { findPurl } from '@assay/contract';
import { purposeWords, relationshipTypes } from '../spdx3/terms.ts';
import { anyText, boolean, listOf, text, wordOf } from './checks.ts';
import {
  anything,
  instanceOf,
  iri,
  licenseExpression,
  type ModelClass,
  mediaType,
  named,
  oneOf,
  score,
  severity,
  share,
  time,
} from './spdx3-checks.ts';
import { valueClasses } from './spdx3-values.ts';

const assessment = 'security_VulnAssessmentRelationship';
const vex = 'security_VexVulnAssessmentRelationship';

/** Source: SPDX 3.0.1, model: the page of each class lists its properties and how many it must have. */
export const modelClasses: Readonly<Record<string, ModelClass>> = {
  CreationInfo: {
    properties: {
      comment: anyText,
      created: time,
      createdBy: listOf(named, 1),
      createdUsing: listOf(named),
      specVersion: text(/^3\.0\.\d+$/, 'a version such as 3.0.1 (SPDX 3.0.1 Core, specVersion)'),
    },
    required: ['created', 'createdBy', 'specVersion'],
  },
  Element: {
    properties: {
      comment: anyText,
      creationInfo: named,
      description: anyText,
      extension: anything,
      externalIdentifier: listOf(instanceOf('ExternalIdentifier')),
      externalRef: listOf(instanceOf('ExternalRef')),
      name: anyText,
      summary: anyText,
      verifiedUsing: listOf(instanceOf('Hash', 'PackageVerificationCode')),
    },
    required: ['creationInfo'],
  },
  Artifact: {
    parent: 'Element',
    properties: {
      builtTime: time,
      originatedBy: listOf(named),
      releaseTime: time,
      standardName: listOf(anyText),
      suppliedBy: named,
      supportLevel: listOf(
        oneOf(
          'a level of support',
          'deployed',
          'development',
          'endOfSupport',
          'limitedSupport',
          'noAssertion',
          'noSupport',
          'support',
        ),
      ),
      validUntilTime: time,
    },
  },
  ElementCollection: {
    parent: 'Element',
    properties: { element: listOf(named), profileConformance: listOf(text()), rootElement: listOf(named) },
  },
  SpdxDocument: {
    parent: 'ElementCollection',
    properties: {
      dataLicense: named,
      import: listOf(instanceOf('ExternalMap')),
      namespaceMap: listOf(instanceOf('NamespaceMap')),
    },
  },
  Bundle: { parent: 'ElementCollection', properties: { context: anyText } },
  Bom: { parent: 'Bundle', properties: {} },
  software_Sbom: {
    parent: 'Bom',
    properties: {
      software_sbomType: listOf(
        oneOf('a type of SBOM', 'analyzed', 'build', 'deployed', 'design', 'runtime', 'source'),
      ),
    },
  },
  Agent: { parent: 'Element', properties: {} },
  Person: { parent: 'Agent', properties: {} },
  Organization: { parent: 'Agent', properties: {} },
  SoftwareAgent: { parent: 'Agent', properties: {} },
  Tool: { parent: 'Element', properties: {} },
  IndividualElement: { parent: 'Element', properties: {} },
  Annotation: {
    parent: 'Element',
    properties: {
      annotationType: oneOf('a type of annotation', 'other', 'review'),
      contentType: mediaType,
      statement: anyText,
      subject: named,
    },
    required: ['annotationType', 'subject'],
  },
  Relationship: {
    parent: 'Element',
    properties: {
      completeness: oneOf('a completeness', 'complete', 'incomplete', 'noAssertion'),
      endTime: time,
      from: named,
      relationshipType: wordOf(relationshipTypes, 'a type of relationship (SPDX 3.0.1 Core, RelationshipType)'),
      startTime: time,
      to: listOf(named, 1),
    },
    required: ['from', 'to', 'relationshipType'],
  },
  LifecycleScopedRelationship: {
    parent: 'Relationship',
    properties: { scope: oneOf('a scope', 'build', 'design', 'development', 'other', 'runtime', 'test') },
  },
  software_SoftwareArtifact: {
    parent: 'Artifact',
    properties: {
      software_additionalPurpose: listOf(wordOf(purposeWords, 'a purpose (SPDX 3.0.1 Software, SoftwarePurpose)')),
      software_attributionText: listOf(anyText),
      software_contentIdentifier: listOf(instanceOf('software_ContentIdentifier')),
      software_copyrightText: anyText,
      software_primaryPurpose: wordOf(purposeWords, 'a purpose (SPDX 3.0.1 Software, SoftwarePurpose)'),
    },
  },
  software_Package: {
    parent: 'software_SoftwareArtifact',
    properties: {
      software_downloadLocation: anyText,
      software_homePage: anyText,
      software_packageUrl: text(
        (value) => findPurl(value) !== undefined,
        'a package URL (SPDX 3.0.1 Software, packageUrl)',
      ),
      software_packageVersion: anyText,
      software_sourceInfo: anyText,
    },
    required: ['name'],
  },
  ai_AIPackage: { parent: 'software_Package', properties: {}, prefix: 'ai_' },
  dataset_DatasetPackage: { parent: 'software_Package', properties: {}, prefix: 'dataset_' },
  software_File: {
    parent: 'software_SoftwareArtifact',
    properties: {
      contentType: mediaType,
      software_contentType: mediaType,
      software_fileKind: oneOf('a kind of file', 'directory', 'file'),
    },
    required: ['name'],
  },
  software_Snippet: {
    parent: 'software_SoftwareArtifact',
    properties: {
      software_byteRange: instanceOf('PositiveIntegerRange'),
      software_lineRange: instanceOf('PositiveIntegerRange'),
      software_snippetFromFile: named,
    },
    required: ['software_snippetFromFile'],
  },
  security_Vulnerability: {
    parent: 'Artifact',
    properties: { security_modifiedTime: time, security_publishedTime: time, security_withdrawnTime: time },
  },
  [assessment]: {
    parent: 'Relationship',
    properties: {
      security_assessedElement: named,
      security_modifiedTime: time,
      security_publishedTime: time,
      security_withdrawnTime: time,
      suppliedBy: named,
    },
  },
  security_CvssV2VulnAssessmentRelationship: {
    parent: assessment,
    properties: { security_score: score, security_vectorString: text() },
    required: ['security_score', 'security_vectorString'],
  },
  security_CvssV3VulnAssessmentRelationship: {
    parent: assessment,
    properties: { security_score: score, security_severity: severity, security_vectorString: text() },
    required: ['security_score', 'security_severity', 'security_vectorString'],
  },
  security_CvssV4VulnAssessmentRelationship: {
    parent: assessment,
    properties: { security_score: score, security_severity: severity, security_vectorString: text() },
    required: ['security_score', 'security_severity', 'security_vectorString'],
  },
  security_EpssVulnAssessmentRelationship: {
    parent: assessment,
    properties: { security_percentile: share, security_probability: share },
    required: ['security_percentile', 'security_probability'],
  },
  security_ExploitCatalogVulnAssessmentRelationship: {
    parent: assessment,
    properties: {
      security_catalogType: oneOf('a catalogue', 'kev', 'other'),
      security_exploited: boolean,
      security_locator: iri,
    },
    required: ['security_catalogType', 'security_exploited', 'security_locator'],
  },
  security_SsvcVulnAssessmentRelationship: {
    parent: assessment,
    properties: { security_decisionType: oneOf('a decision', 'act', 'attend', 'track', 'trackStar') },
    required: ['security_decisionType'],
  },
  [vex]: { parent: assessment, properties: { security_statusNotes: anyText, security_vexVersion: anyText } },
  security_VexAffectedVulnAssessmentRelationship: {
    parent: vex,
    properties: { security_actionStatement: anyText, security_actionStatementTime: time },
    required: ['security_actionStatement'],
  },
  security_VexFixedVulnAssessmentRelationship: { parent: vex, properties: {} },
  security_VexNotAffectedVulnAssessmentRelationship: {
    parent: vex,
    properties: {
      security_impactStatement: anyText,
      security_impactStatementTime: time,
      security_justificationType: oneOf(
        'a justification',
        'componentNotPresent',
        'inlineMitigationsAlreadyExist',
        'vulnerableCodeCannotBeControlledByAdversary',
        'vulnerableCodeNotInExecutePath',
        'vulnerableCodeNotPresent',
      ),
    },
  },
  security_VexUnderInvestigationVulnAssessmentRelationship: { parent: vex, properties: {} },
  build_Build: {
    parent: 'Element',
    properties: { build_buildType: iri },
    required: ['build_buildType'],
    prefix: 'build_',
  },
  simplelicensing_LicenseExpression: {
    parent: 'Element',
    properties: {
      simplelicensing_customIdToUri: listOf(instanceOf('DictionaryEntry')),
      simplelicensing_licenseExpression: licenseExpression,
      simplelicensing_licenseListVersion: anyText,
    },
    required: ['simplelicensing_licenseExpression'],
  },
  simplelicensing_SimpleLicensingText: {
    parent: 'Element',
    properties: { simplelicensing_licenseText: anyText },
    required: ['simplelicensing_licenseText'],
  },
  expandedlicensing_License: {
    parent: 'Element',
    properties: { simplelicensing_licenseText: anyText },
    required: ['simplelicensing_licenseText'],
    prefix: 'expandedlicensing_',
  },
  expandedlicensing_CustomLicense: { parent: 'expandedlicensing_License', properties: {} },
  expandedlicensing_ListedLicense: { parent: 'expandedlicensing_License', properties: {} },
  expandedlicensing_LicenseAddition: {
    parent: 'Element',
    properties: { expandedlicensing_additionText: anyText },
    required: ['expandedlicensing_additionText'],
    prefix: 'expandedlicensing_',
  },
  expandedlicensing_CustomLicenseAddition: { parent: 'expandedlicensing_LicenseAddition', properties: {} },
  expandedlicensing_ListedLicenseException: { parent: 'expandedlicensing_LicenseAddition', properties: {} },
  expandedlicensing_IndividualLicensingInfo: { parent: 'Element', properties: {} },
  expandedlicensing_ConjunctiveLicenseSet: {
    parent: 'Element',
    properties: { expandedlicensing_member: listOf(named, 2) },
    required: ['expandedlicensing_member'],
  },
  expandedlicensing_DisjunctiveLicenseSet: {
    parent: 'Element',
    properties: { expandedlicensing_member: listOf(named, 2) },
    required: ['expandedlicensing_member'],
  },
  expandedlicensing_OrLaterOperator: {
    parent: 'Element',
    properties: { expandedlicensing_subjectLicense: named },
    required: ['expandedlicensing_subjectLicense'],
  },
  expandedlicensing_WithAdditionOperator: {
    parent: 'Element',
    properties: { expandedlicensing_subjectAddition: named, expandedlicensing_subjectExtendableLicense: named },
    required: ['expandedlicensing_subjectAddition', 'expandedlicensing_subjectExtendableLicense'],
  },
  ...valueClasses,
};

/** Properties whose values are ids of elements. */
export const references: ReadonlySet<string> = new Set([
  ...[
    'createdBy',
    'createdUsing',
    'creationInfo',
    'definingArtifact',
    'element',
    'from',
    'originatedBy',
    'rootElement',
  ],
  ...['subject', 'suppliedBy', 'to', 'dataLicense', 'expandedlicensing_member', 'expandedlicensing_subjectAddition'],
  ...['expandedlicensing_subjectExtendableLicense', 'expandedlicensing_subjectLicense', 'security_assessedElement'],
  'software_snippetFromFile',
]);
