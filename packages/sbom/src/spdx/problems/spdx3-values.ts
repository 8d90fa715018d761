import { hashAlgorithms } from '../spdx3/terms.ts';
import { anyText, count, listOf, text, wordOf } from './checks.ts';
import { instanceOf, iri, type ModelClass, mediaType, named, oneOf } from './spdx3-checks.ts';

/** Classes of values, which are no elements and need no id. Source: SPDX 3.0.1, model, Core and Software. */
export const valueClasses: Readonly<Record<string, ModelClass>> = {
  ExternalIdentifier: {
    properties: {
      comment: anyText,
      externalIdentifierType: oneOf(
        'a type of identifier',
        ...[
          'cpe22',
          'cpe23',
          'cve',
          'email',
          'gitoid',
          'other',
          'packageUrl',
          'securityOther',
          'swhid',
          'swid',
          'urlScheme',
        ],
      ),
      identifier: text(),
      identifierLocator: listOf(iri),
      issuingAuthority: anyText,
    },
    required: ['externalIdentifierType', 'identifier'],
  },
  ExternalRef: {
    properties: { comment: anyText, contentType: mediaType, externalRefType: text(), locator: listOf(anyText) },
  },
  Hash: {
    properties: {
      algorithm: wordOf(new Set(Object.keys(hashAlgorithms)), 'a hash algorithm (SPDX 3.0.1 Core, HashAlgorithm)'),
      comment: anyText,
      hashValue: text(),
    },
    required: ['algorithm', 'hashValue'],
  },
  PackageVerificationCode: {
    parent: 'Hash',
    properties: { packageVerificationCodeExcludedFile: listOf(anyText) },
  },
  ExternalMap: {
    properties: {
      definingArtifact: named,
      externalSpdxId: iri,
      locationHint: iri,
      verifiedUsing: listOf(instanceOf('Hash', 'PackageVerificationCode')),
    },
    required: ['externalSpdxId'],
  },
  NamespaceMap: { properties: { namespace: iri, prefix: text() }, required: ['namespace', 'prefix'] },
  DictionaryEntry: { properties: { key: text(), value: anyText }, required: ['key'] },
  PositiveIntegerRange: {
    properties: { beginIntegerRange: count, endIntegerRange: count },
    required: ['beginIntegerRange', 'endIntegerRange'],
  },
  software_ContentIdentifier: {
    properties: {
      comment: anyText,
      software_contentIdentifierType: oneOf('a type of content identifier', 'gitoid', 'swhid'),
      software_contentIdentifierValue: iri,
    },
    required: ['software_contentIdentifierType', 'software_contentIdentifierValue'],
  },
};
