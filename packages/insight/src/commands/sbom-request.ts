import type { StoreRequest } from '../client/store-client.ts';
import type { Call, OutputFormat } from '../flags.ts';
import { InsightError } from '../world.ts';

/** Headers that ask the store for an SBOM; none for its own JSON. Source: store-openapi.yaml, V1GetImage. */
function sbomHeaders(format: OutputFormat): NonNullable<StoreRequest['headers']> {
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

/** Asks for an SBOM. Throws InsightError for anything else, such as a proxy's page. */
export async function askSbom({ client, format }: Pick<Call, 'client' | 'format'>, path: readonly string[]) {
  const { text } = await client.send({ method: 'GET', path, headers: sbomHeaders(format) });
  if (!looksLike(text, format)) throw new InsightError(`the store did not answer with ${format}`);
  return text;
}

/** Whether a text can be what it is said to be; who reads it in full knows more. */
export function looksLike(text: string, format: OutputFormat): boolean {
  if (format === 'cyclonedx-xml') return /^\s*</.test(text) && text.includes('cyclonedx.org/schema/bom/');
  try {
    const value: unknown = JSON.parse(text);
    const key = format === 'cyclonedx-json' ? 'bomFormat' : 'spdxVersion';
    return typeof value === 'object' && value !== null && key in value;
  } catch {
    return false;
  }
}
