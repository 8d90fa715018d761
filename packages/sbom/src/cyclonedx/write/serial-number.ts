import { createHash } from 'node:crypto';
import type { SbomInput } from '../../sbom-input.ts';

const pattern = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The wanted serial number if it is one; else a UUID made from the content, so that the same content has the same. Form: RFC 9562 §5.8. */
export function toSerialNumber(input: SbomInput): string {
  const wanted = input.serialNumber?.toLowerCase();
  if (wanted !== undefined && pattern.test(wanted)) return wanted;
  const hash = createHash('sha256');
  const { packages, ...inventory } = input.inventory;
  hash.update(JSON.stringify([input.tool, input.createdAt, inventory]));
  for (const pkg of packages) hash.update(JSON.stringify(pkg));
  for (const finding of input.findings ?? []) hash.update(JSON.stringify(finding));
  const hex = hash.digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
