import { AssayError, type Finding, type Inventory, type Report } from '@assay/contract';
import { type SbomInput, writeCycloneDx, writeSpdx } from '@assay/sbom';
import { type Format, formats } from './formats.ts';
import { toCycloneDxAnalysis } from './to-cyclonedx-analysis.ts';

/** Versions the writers of @assay/sbom know. */
type CycloneDxVersion = Parameters<typeof writeCycloneDx>[1]['version'];
type SpdxVersion = Parameters<typeof writeSpdx>[1]['version'];

const cycloneDx: Readonly<Record<string, CycloneDxVersion>> = {
  '1.4': '1.4',
  '1.5': '1.5',
  '1.6': '1.6',
  '1.7': '1.7',
};
const spdx: Readonly<Record<string, SpdxVersion>> = { '2.2': '2.2', '2.3': '2.3' };

/** Writes the inventory, with the findings where the format has a place for them. Throws OPTION_INVALID. */
export function sbomDocument(
  id: 'cyclonedx-json' | 'cyclonedx-xml' | 'spdx-json',
  input: { readonly report: Report; readonly inventory: Inventory },
  version: string | undefined,
): Iterable<string> {
  const format: Format = formats[id];
  const wanted = version ?? format.versions[0] ?? '';
  const document = toSbomInput(input.report, input.inventory);
  if (id === 'spdx-json') return writeSpdx(document, { version: known(spdx, wanted, id) });
  const encoding = id === 'cyclonedx-json' ? 'json' : 'xml';
  return writeCycloneDx(document, { version: known(cycloneDx, wanted, id), encoding });
}

function toSbomInput(report: Report, inventory: Inventory): SbomInput {
  const { findings, scannedAt: createdAt, scanner: tool } = report;
  // Ours tells its data where it has looked; another scanner has always looked.
  const hasLooked = report.data !== undefined || tool.name !== 'assay' || findings.length > 0;
  return { inventory, createdAt, tool, ...(hasLooked ? { findings: findings.map(withAnalysis) } : {}) };
}

/** What was let go is said in the document too, so that who reads it does not count it as open. */
function withAnalysis(finding: Finding): Finding {
  const { suppressed, analysis } = finding;
  if (analysis !== undefined) return { ...finding, analysis: toCycloneDxAnalysis(analysis) };
  if (suppressed === undefined) return finding;
  // An ignore entry is a decision of its user, not an analysis of the code: the state stays open, the detail says what was decided.
  const until = suppressed.until === undefined ? '' : ` until ${suppressed.until}`;
  const detail = `not counted${until}: ${suppressed.reason} (${suppressed.source})`;
  return { ...finding, analysis: { state: 'in_triage', detail } };
}

function known<T>(versions: Readonly<Record<string, T>>, version: string, id: string): T {
  const found = Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (found === undefined)
    throw new AssayError('OPTION_INVALID', `${id} is not written in version ${JSON.stringify(version.slice(0, 80))}`);
  return found;
}
