import type { StoreRequest } from '../client/store-client.ts';
import type { OutputFormat } from '../flags.ts';

/** Headers that ask the store for an SBOM; none for its own JSON. Source: store-openapi.yaml, V1GetImage. */
export function sbomHeaders(format: OutputFormat): NonNullable<StoreRequest['headers']> {
  switch (format) {
    case 'cyclonedx-xml':
      return { 'report-type-format': 'cyclonedx', accept: 'application/xml' };
    case 'cyclonedx-json':
      return { 'report-type-format': 'cyclonedx', accept: 'application/json' };
    case 'spdx-json':
      return { 'report-type-format': 'spdx2.2', accept: 'application/json' };
    default:
      return {};
  }
}

/** Whether a format is an SBOM that the store writes. */
export function isSbom(format: OutputFormat): boolean {
  return format !== 'text' && format !== 'api-json';
}
