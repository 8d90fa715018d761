import { findPurl } from '@assay/contract';
import { isObject } from '../../json/value.ts';
import { findLicenseExpression } from '../license-expression.ts';
import { isSaid } from '../said.ts';
import {
  checksumAlgorithms,
  checksumDigits,
  checksumsSince23,
  purposes,
  relationshipsSince23,
  relationshipTypes,
  type Spdx2Version,
} from '../spdx2/terms.ts';
import { anyText, boolean, type Check, count, listOf, type Shape, shaped, text, wordOf } from './checks.ts';

/** The shapes of a document and its elements in one version. */
export interface Spdx2Shapes {
  readonly document: Shape;
  readonly package: Shape;
  readonly file: Shape;
  readonly snippet: Shape;
  readonly relationship: Shape;
}

const spdxId = text(
  /^SPDXRef-[A-Za-z0-9.-]+$/,
  'an id such as SPDXRef-1 of letters, digits, dots and hyphens (SPDX 2.3 §7.2)',
);
const elementId = text(
  /^(?:DocumentRef-[A-Za-z0-9.+-]+:)?SPDXRef-[A-Za-z0-9.-]+$|^NONE$|^NOASSERTION$/,
  'the id of an element, NONE or NOASSERTION (SPDX 2.3 §11.1)',
);
const date = text(
  (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)),
  'a date such as 2026-01-31T10:00:00Z (SPDX 2.3 §6.9)',
);
const agent = text(
  /^(?:Person|Organization): ?\S|^NOASSERTION$/,
  'Person: NAME, Organization: NAME or NOASSERTION (SPDX 2.3 §7.5)',
);
const creator = text(
  /^(?:Person|Organization|Tool): ?\S/,
  'Person: NAME, Organization: NAME or Tool: NAME-VERSION (SPDX 2.3 §6.8)',
);
const address = text(
  /^(?:NONE|NOASSERTION|[A-Za-z][A-Za-z0-9+.-]*:\S+|[\w.-]+@[\w.-]+:\S+)$/,
  'an address, NONE or NOASSERTION (SPDX 2.3 §7.7)',
);
const namespace = text(
  (value) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+$/.test(value),
  'an absolute address without # (SPDX 2.3 §6.5)',
);
const license = text(
  (value) => (!isSaid(value) ? value !== '' : findLicenseExpression(value) !== undefined),
  'a licence expression, NONE or NOASSERTION (SPDX 2.3 Annex D)',
);
const licenseRef = text(/^LicenseRef-[A-Za-z0-9.-]+$/, 'an id such as LicenseRef-1 (SPDX 2.3 §10.1)');

const fileTypes = new Set([
  ...[
    'SOURCE',
    'BINARY',
    'ARCHIVE',
    'APPLICATION',
    'AUDIO',
    'IMAGE',
    'TEXT',
    'VIDEO',
    'DOCUMENTATION',
    'SPDX',
    'OTHER',
  ],
]);
const categories = new Set([
  ...['SECURITY', 'PACKAGE-MANAGER', 'PACKAGE_MANAGER', 'PERSISTENT-ID', 'PERSISTENT_ID', 'OTHER'],
]);

/** What the locators of some types look like. Source: SPDX 2.3 Annex F. */
const locators: Readonly<Record<string, (locator: string) => boolean>> = {
  purl: (locator) => findPurl(locator) !== undefined,
  cpe22Type: (locator) => /^[cC][pP][eE]:\/[AHOaho]?(?::[^\s:]*){0,6}$/.test(locator),
  cpe23Type: (locator) => /^cpe:2\.3:[aho*-](?::(?:\\.|[^\s:\\])+){10}$/.test(locator),
};

const externalRef: Check = (value, at, problems) => {
  shaped({
    clause: 'SPDX 2.3 §7.21',
    required: ['referenceCategory', 'referenceType', 'referenceLocator'],
    members: {
      referenceCategory: wordOf(categories, 'a category of references (SPDX 2.3 §7.21)'),
      referenceType: text(),
      referenceLocator: text(/^\S+$/, 'a locator without white space (SPDX 2.3 §7.21)'),
      comment: anyText,
    },
  })(value, at, problems);
  if (!isObject(value) || typeof value.referenceType !== 'string' || typeof value.referenceLocator !== 'string') return;
  const check = Object.hasOwn(locators, value.referenceType) ? locators[value.referenceType] : undefined;
  if (check !== undefined && value.referenceLocator !== '' && !check(value.referenceLocator)) {
    problems.add(`${at}/referenceLocator`, `not a ${value.referenceType} (SPDX 2.3 Annex F)`);
  }
};

const annotation: Shape = {
  clause: 'SPDX 2.3 clause 12',
  required: ['annotator', 'annotationDate', 'annotationType', 'comment'],
  members: {
    annotator: creator,
    annotationDate: date,
    annotationType: wordOf(new Set(['OTHER', 'REVIEW']), 'OTHER or REVIEW (SPDX 2.3 §12.3)'),
    comment: anyText,
  },
};

const described: Readonly<Record<string, Check>> = {
  SPDXID: spdxId,
  annotations: listOf(shaped(annotation)),
  attributionTexts: listOf(anyText),
  comment: anyText,
  copyrightText: anyText,
  licenseComments: anyText,
  licenseConcluded: license,
};

const pointer = shaped({
  clause: 'SPDX 2.3 §9.3',
  required: [],
  members: { offset: count, lineNumber: count, reference: spdxId },
});

const range = shaped({
  clause: 'SPDX 2.3 §9.3',
  required: ['startPointer', 'endPointer'],
  members: { startPointer: pointer, endPointer: pointer },
});

/** The shapes of one version. What 2.3 no longer demands 2.2 does. Sources: SPDX 2.2 and 2.3; 2.3 Annex I. */
export function spdx2Shapes(version: Spdx2Version): Spdx2Shapes {
  const recent = version === '2.3';
  const checksum = toChecksum(recent);
  const types = new Set([...relationshipTypes.keys()].filter((type) => recent || !relationshipsSince23.has(type)));
  const wordsOfPurpose = new Set([...Object.keys(purposes), 'OPERATING_SYSTEM']);
  const onlyRecent: Readonly<Record<string, Check>> = {
    primaryPackagePurpose: wordOf(wordsOfPurpose, 'a purpose of packages (SPDX 2.3 §7.24)'),
    builtDate: date,
    releaseDate: date,
    validUntilDate: date,
  };
  return {
    document: toDocument(checksum),
    package: {
      clause: `SPDX ${version} clause 7`,
      required: [
        ...['SPDXID', 'name', 'downloadLocation'],
        ...(recent ? [] : ['licenseConcluded', 'licenseDeclared', 'copyrightText']),
      ],
      members: {
        ...described,
        ...(recent ? onlyRecent : {}),
        checksums: listOf(checksum),
        description: anyText,
        downloadLocation: address,
        externalRefs: listOf(externalRef),
        filesAnalyzed: boolean,
        hasFiles: listOf(spdxId),
        homepage: anyText,
        licenseDeclared: license,
        licenseInfoFromFiles: listOf(license),
        name: text(),
        originator: agent,
        packageFileName: anyText,
        packageVerificationCode: shaped({
          clause: 'SPDX 2.3 §7.9',
          required: ['packageVerificationCodeValue'],
          members: {
            packageVerificationCodeValue: text(/^[0-9a-f]{40}$/, '40 hexadecimal digits (SPDX 2.3 §7.9)'),
            packageVerificationCodeExcludedFiles: listOf(anyText),
          },
        }),
        sourceInfo: anyText,
        summary: anyText,
        supplier: agent,
        versionInfo: anyText,
      },
    },
    file: toFile(recent, checksum, version),
    snippet: {
      clause: `SPDX ${version} clause 9`,
      required: ['SPDXID', 'snippetFromFile', 'ranges'],
      members: {
        ...described,
        licenseInfoInSnippets: listOf(license),
        name: anyText,
        ranges: listOf(range, 1),
        snippetFromFile: elementId,
      },
    },
    relationship: {
      clause: 'SPDX 2.3 §11.1',
      required: ['spdxElementId', 'relationshipType', 'relatedSpdxElement'],
      members: {
        spdxElementId: elementId,
        relatedSpdxElement: elementId,
        relationshipType: wordOf(types, `a type of relationship of SPDX ${version} (§11.1)`),
        comment: anyText,
      },
    },
  };
}

function toDocument(checksum: Check): Shape {
  const license = shaped({
    clause: 'SPDX 2.3 clause 10',
    required: ['licenseId', 'extractedText'],
    members: {
      licenseId: licenseRef,
      extractedText: text(),
      name: anyText,
      seeAlsos: listOf(anyText),
      comment: anyText,
      crossRefs: listOf(shaped({ clause: 'SPDX 2.3 §10.4', required: ['url'], members: {}, open: true })),
    },
  });
  return {
    clause: 'SPDX 2.3 clause 6',
    required: ['spdxVersion', 'dataLicense', 'SPDXID', 'name', 'documentNamespace', 'creationInfo'],
    members: {
      spdxVersion: text(/^SPDX-2\.[123]$/, 'a version such as SPDX-2.3 (SPDX 2.3 §6.1)'),
      dataLicense: text(/^CC0-1\.0$/, 'CC0-1.0 (SPDX 2.3 §6.2)'),
      SPDXID: text(/^SPDXRef-DOCUMENT$/, 'SPDXRef-DOCUMENT (SPDX 2.3 §6.3)'),
      name: text(),
      documentNamespace: namespace,
      comment: anyText,
      creationInfo: shaped({
        clause: 'SPDX 2.3 §6.8, §6.9',
        required: ['creators', 'created'],
        members: {
          creators: listOf(creator, 1),
          created: date,
          comment: anyText,
          licenseListVersion: text(/^\d+\.\d+(?:\.\d+)?$/, 'a version such as 3.24 (SPDX 2.3 §6.7)'),
        },
      }),
      externalDocumentRefs: listOf(
        shaped({
          clause: 'SPDX 2.3 §6.6',
          required: ['externalDocumentId', 'spdxDocument', 'checksum'],
          members: {
            externalDocumentId: text(/^DocumentRef-[A-Za-z0-9.+-]+$/, 'an id such as DocumentRef-1 (SPDX 2.3 §6.6)'),
            spdxDocument: namespace,
            checksum,
          },
        }),
      ),
      hasExtractedLicensingInfos: listOf(license),
      annotations: listOf(shaped(annotation)),
      documentDescribes: listOf(spdxId),
      revieweds: listOf(
        shaped({
          clause: 'SPDX 2.3 clause 13',
          required: ['reviewDate'],
          members: { reviewer: creator, reviewDate: date, comment: anyText },
        }),
      ),
    },
  };
}

function toFile(recent: boolean, checksum: Check, version: Spdx2Version): Shape {
  return {
    clause: `SPDX ${version} clause 8`,
    required: [...['SPDXID', 'fileName', 'checksums'], ...(recent ? [] : ['licenseConcluded', 'copyrightText'])],
    members: {
      ...described,
      artifactOfs: listOf(shaped({ clause: 'SPDX 2.3 §8.9', required: [], members: {}, open: true })),
      checksums: (value, at, problems) => {
        listOf(checksum, 1)(value, at, problems);
        const all: readonly unknown[] = Array.isArray(value) ? value : [];
        if (all.length > 0 && !all.some((one) => isObject(one) && one.algorithm === 'SHA1')) {
          problems.add(at, 'a file needs a SHA1 checksum (SPDX 2.3 §8.4)');
        }
      },
      fileContributors: listOf(anyText),
      fileDependencies: listOf(elementId),
      fileName: text(),
      fileTypes: listOf(wordOf(fileTypes, 'a type of files (SPDX 2.3 §8.3)')),
      licenseInfoInFiles: listOf(license),
      noticeText: anyText,
    },
  };
}

function toChecksum(recent: boolean): Check {
  const names = Object.values(checksumAlgorithms).filter((name) => recent || !checksumsSince23.has(name));
  const shape = shaped({
    clause: 'SPDX 2.3 §7.10',
    required: ['algorithm', 'checksumValue'],
    members: {
      algorithm: wordOf(new Set(names), 'an algorithm for checksums (SPDX 2.3 §7.10)'),
      checksumValue: text(/^[0-9a-f]+$/, 'hexadecimal digits in lower case (SPDX 2.3 §7.10)'),
    },
  });
  return (value, at, problems) => {
    shape(value, at, problems);
    if (!isObject(value) || typeof value.algorithm !== 'string' || typeof value.checksumValue !== 'string') return;
    const digits = Object.hasOwn(checksumDigits, value.algorithm) ? checksumDigits[value.algorithm] : undefined;
    if (digits !== undefined && value.checksumValue.length !== digits) {
      problems.add(`${at}/checksumValue`, `${value.algorithm} has ${digits} digits, not ${value.checksumValue.length}`);
    }
  };
}
