import { AssayError, type Finding, type ReadDocument } from '@assay/contract';
import { readDocument } from '@assay/sbom';

const own = new Set(['LIMIT_EXCEEDED', 'INTERRUPTED', 'REPORT_UNREADABLE']);

/**
 * Reads the CycloneDX report of a scanner. A document that cannot carry findings, or that another program wrote, is refused:
 * "no findings" in it would not mean that there are none. Throws REPORT_UNREADABLE, LIMIT_EXCEEDED.
 */
export async function readReport(report: Uint8Array, id: string): Promise<ReadDocument> {
  const document = await readDocument(report).catch((cause: unknown) => {
    if (!(cause instanceof AssayError) || own.has(cause.code)) throw cause;
    throw new AssayError('REPORT_UNREADABLE', `${id}: ${cause.detail}`, { cause });
  });
  if (document.format.name !== 'cyclonedx')
    throw new AssayError('REPORT_UNREADABLE', `${id} wrote ${document.format.name}, which carries no findings`);
  const { tools } = document.inventory;
  if (!tools.some((tool) => tool.name.toLowerCase() === id)) {
    const named = tools.map((tool) => JSON.stringify(tool.name.slice(0, 60))).slice(0, 5);
    const by = named.length === 0 ? 'does not say who wrote it' : `was written by ${named.join(', ')}`;
    throw new AssayError('REPORT_UNREADABLE', `the report ${by}, not by ${id}`);
  }
  return document;
}

/** The document with each finding changed by a rule of its producer. */
export function withFindings(document: ReadDocument, change: (finding: Finding) => Finding): ReadDocument {
  return { ...document, findings: document.findings.map(change) };
}
