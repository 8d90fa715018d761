import type { Finding, Report } from '@assay/contract';
import { worstFirst } from '../findings.ts';
import { plainText } from '../text/plain-text.ts';
import { toResult } from './to-result.ts';
import { toRule } from './to-rule.ts';

/** GitHub refuses a run with more of either. Source: GitHub docs, "SARIF support for code scanning", "Validating your SARIF file". */
const mostResults = 25_000;

/** Nobody reads more of what was not understood; how many there are is told. */
const mostRejected = 1000;

/**
 * Writes a report as SARIF 2.1.0, one run. Findings that do not count are there, with `suppressions`.
 * Of more than 25,000 the worst are kept, and a notification says how many are missing.
 */
export function* reportSarif(report: Report): Iterable<string> {
  const findings = worstFirst(report.findings).slice(0, mostResults);
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) {
    const known = byRule.get(finding.id);
    if (known === undefined) byRule.set(finding.id, [finding]);
    else known.push(finding);
  }
  const ruleIndex = new Map([...byRule.keys()].map((id, index) => [id, index]));
  yield '{\n';
  yield '  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n';
  yield '  "version": "2.1.0",\n';
  yield '  "runs": [\n    {\n';
  yield `      "tool": ${indented(toTool(report, byRule), 6)},\n`;
  yield `      "invocations": ${indented([toInvocation(report, findings.length)], 6)},\n`;
  yield '      "columnKind": "utf16CodeUnits",\n';
  yield `      "properties": ${indented(toProperties(report), 6)},\n`;
  yield '      "results": [';
  for (const [index, finding] of findings.entries()) {
    const result = toResult(finding, ruleIndex.get(finding.id) ?? 0, report.subject);
    yield `${index === 0 ? '' : ','}\n        ${indented(result, 8)}`;
  }
  yield findings.length === 0 ? ']\n' : '\n      ]\n';
  yield '    }\n  ]\n}\n';
}

function toTool(report: Report, byRule: ReadonlyMap<string, readonly Finding[]>): object {
  return {
    driver: {
      name: plainText(report.scanner.name),
      version: plainText(report.scanner.version),
      rules: [...byRule].map(([id, findings]) => toRule(id, findings)),
    },
  };
}

/** The scan itself, with what a reader must know: notices, and what could not be understood. SARIF 2.1.0 §3.20. */
function toInvocation(report: Report, shown: number): object {
  const missing = report.findings.length - shown;
  return {
    executionSuccessful: true,
    endTimeUtc: report.scannedAt,
    toolExecutionNotifications: [
      ...report.notices.map((notice) =>
        toNotification(notice.code, notice.level === 'warning' ? 'warning' : 'note', notice.message),
      ),
      ...report.rejected
        .slice(0, mostRejected)
        .map((one) => toNotification('ENTRY_REJECTED', 'warning', `${one.at}: ${one.why}`)),
      ...(report.rejected.length <= mostRejected
        ? []
        : [toNotification('ENTRIES_CUT', 'warning', `${report.rejected.length - mostRejected} more are not listed`)]),
      ...(missing === 0
        ? []
        : [toNotification('RESULTS_CUT', 'warning', `${missing} of the least severe findings are left out`)]),
    ],
  };
}

function toNotification(id: string, level: 'warning' | 'note', text: string): object {
  return { descriptor: { id }, level, message: { text: plainText(text) } };
}

function toProperties(report: Report): object {
  const { subject, distro, data } = report;
  return { subject, ...(distro === undefined ? {} : { distro }), ...(data === undefined ? {} : { data }) };
}

function indented(value: object, depth: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(depth)}`);
}
