import type { PackageKind } from '@assay/contract';

/** Versions read. Source: SPDX 2.3 §6.1; 2.1 differs from 2.2 only by what it lacks. */
export const spdx2Versions = ['2.1', '2.2', '2.3'] as const;
export type Spdx2Version = (typeof spdx2Versions)[number];

/** Source: SPDX 2.3 §7.24. */
export const purposes: Readonly<Record<string, PackageKind>> = {
  APPLICATION: 'application',
  FRAMEWORK: 'framework',
  LIBRARY: 'library',
  CONTAINER: 'container',
  'OPERATING-SYSTEM': 'operating-system',
  DEVICE: 'device',
  FIRMWARE: 'firmware',
  SOURCE: 'library',
  ARCHIVE: 'other',
  FILE: 'file',
  INSTALL: 'other',
  OTHER: 'other',
};

/** Written for each kind, as the JSON schema of 2.3 spells it. Source: SPDX 2.3 §7.24. */
export const purposeOf: Readonly<Record<PackageKind, string>> = {
  application: 'APPLICATION',
  framework: 'FRAMEWORK',
  library: 'LIBRARY',
  container: 'CONTAINER',
  'operating-system': 'OPERATING_SYSTEM',
  device: 'DEVICE',
  firmware: 'FIRMWARE',
  file: 'FILE',
  other: 'OTHER',
};

/** Our name to SPDX's, for checksums. Source: SPDX 2.3 §7.10 and §8.4. */
export const checksumAlgorithms: Readonly<Record<string, string>> = {
  sha1: 'SHA1',
  sha224: 'SHA224',
  sha256: 'SHA256',
  sha384: 'SHA384',
  sha512: 'SHA512',
  md2: 'MD2',
  md4: 'MD4',
  md5: 'MD5',
  md6: 'MD6',
  'sha3-256': 'SHA3-256',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
  'blake2b-256': 'BLAKE2b-256',
  'blake2b-384': 'BLAKE2b-384',
  'blake2b-512': 'BLAKE2b-512',
  blake3: 'BLAKE3',
  adler32: 'ADLER32',
};

/** Hex digits of a checksum, where the algorithm fixes them. */
export const checksumDigits: Readonly<Record<string, number>> = {
  SHA1: 40,
  SHA224: 56,
  SHA256: 64,
  SHA384: 96,
  SHA512: 128,
  MD2: 32,
  MD4: 32,
  MD5: 32,
  'SHA3-256': 64,
  'SHA3-384': 96,
  'SHA3-512': 128,
  'BLAKE2b-256': 64,
  'BLAKE2b-384': 96,
  'BLAKE2b-512': 128,
  ADLER32: 8,
};

/** Algorithms that 2.3 added. Source: SPDX 2.3, Annex I "Differences from previous editions". */
export const checksumsSince23: ReadonlySet<string> = new Set([
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
  'BLAKE2b-256',
  'BLAKE2b-384',
  'BLAKE2b-512',
  'BLAKE3',
  'ADLER32',
]);

/** Which side of a relationship needs the other. Source: SPDX 2.3 §11.1, table 68. */
type Need = 'from' | 'to';

/** Every relationship type, and who depends on whom where it says so. Source: SPDX 2.3 §11.1, table 68. */
export const relationshipTypes: ReadonlyMap<string, Need | undefined> = new Map<string, Need | undefined>([
  ['AMENDS', undefined],
  ['ANCESTOR_OF', undefined],
  ['BUILD_DEPENDENCY_OF', 'to'],
  ['BUILD_TOOL_OF', undefined],
  ['CONTAINED_BY', undefined],
  ['CONTAINS', undefined],
  ['COPY_OF', undefined],
  ['DATA_FILE_OF', undefined],
  ['DEPENDENCY_MANIFEST_OF', undefined],
  ['DEPENDENCY_OF', 'to'],
  ['DEPENDS_ON', 'from'],
  ['DESCENDANT_OF', undefined],
  ['DESCRIBED_BY', undefined],
  ['DESCRIBES', undefined],
  ['DEV_DEPENDENCY_OF', 'to'],
  ['DEV_TOOL_OF', undefined],
  ['DISTRIBUTION_ARTIFACT', undefined],
  ['DOCUMENTATION_OF', undefined],
  ['DYNAMIC_LINK', 'from'],
  ['EXAMPLE_OF', undefined],
  ['EXPANDED_FROM_ARCHIVE', undefined],
  ['FILE_ADDED', undefined],
  ['FILE_DELETED', undefined],
  ['FILE_MODIFIED', undefined],
  ['GENERATED_FROM', undefined],
  ['GENERATES', undefined],
  ['HAS_PREREQUISITE', 'from'],
  ['METAFILE_OF', undefined],
  ['OPTIONAL_COMPONENT_OF', undefined],
  ['OPTIONAL_DEPENDENCY_OF', 'to'],
  ['OTHER', undefined],
  ['PACKAGE_OF', undefined],
  ['PATCH_APPLIED', undefined],
  ['PATCH_FOR', undefined],
  ['PREREQUISITE_FOR', 'to'],
  ['PROVIDED_DEPENDENCY_OF', 'to'],
  ['REQUIREMENT_DESCRIPTION_FOR', undefined],
  ['RUNTIME_DEPENDENCY_OF', 'to'],
  ['SPECIFICATION_FOR', undefined],
  ['STATIC_LINK', 'from'],
  ['TEST_CASE_OF', undefined],
  ['TEST_DEPENDENCY_OF', 'to'],
  ['TEST_OF', undefined],
  ['TEST_TOOL_OF', undefined],
  ['VARIANT_OF', undefined],
]);

/** Relationship types that 2.3 added. Source: SPDX 2.3, Annex I. */
export const relationshipsSince23: ReadonlySet<string> = new Set(['REQUIREMENT_DESCRIPTION_FOR', 'SPECIFICATION_FOR']);
