import { type Finding, type Inventory, type Package, parseDigest, type Subject } from '@assay/contract';
import { aFinding } from '../a-finding.ts';
import { applyVex } from './apply-vex.ts';
import { parseVex } from './vex-document.ts';

// For tests: an image with a finding in one package, and a document applied to it.

export const digest = parseDigest(`sha256:${'1'.repeat(64)}`);
export const other = `sha256:${'2'.repeat(64)}`;
export const debianPurl = 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl';

export const aPackage = (ref: string, parts: Partial<Package> = {}): Package => ({
  ref,
  kind: 'library',
  name: ref,
  version: '1',
  licenses: [],
  cpes: [],
  hashes: {},
  locations: [],
  dependsOn: [],
  properties: [],
  ...parts,
});

export const image: Subject = { kind: 'image', name: 'registry.example/team/app:1.2', digest, platform: 'linux/amd64' };
export const inventoryOf = (packages: readonly Package[] = [], subject: Subject = image): Inventory => ({
  subject,
  packages,
  rejected: [],
  tools: [],
});

export const found = (purl = debianPurl, ref = 'libssl3'): Finding =>
  aFinding({
    id: 'CVE-2023-5678',
    aliases: ['DSA-5678-1'],
    package: { ref, name: 'libssl3', version: '3.0.11-1', purl, locations: [] },
  });

/** The finding after the document was applied. */
export const applied = (document: unknown, finding = found(), inventory = inventoryOf(), serialNumber?: string) => {
  const options = serialNumber === undefined ? {} : { serialNumber };
  return applyVex([finding], inventory, [parseVex(document, 'vex.json')], options).findings[0];
};
