import type { Finding } from '@assay/contract';
import { firstSentence } from '../text/fit-text.ts';
import { plainText } from '../text/plain-text.ts';

/** The cells of one finding, safe to show, not yet cut. */
export interface Row {
  readonly severity: string;
  readonly id: string;
  readonly package: string;
  readonly installed: string;
  readonly fixed: string;
  readonly status: string;
  readonly title: string;
}

/** What a person reads of a finding. */
export function toRow(finding: Finding): Row {
  return {
    severity: finding.severity.toUpperCase(),
    id: plainText(finding.id),
    package: plainText(finding.package.name),
    installed: plainText(finding.package.version) || '-',
    fixed: plainText(fixedCell(finding)),
    status: plainText(statusCell(finding)),
    title: plainText(titleCell(finding)),
  };
}

/** `-`: nobody says. */
function fixedCell(finding: Finding): string {
  const { fixedIn, fixState } = finding;
  if (fixedIn.length > 0) return fixedIn.length <= 3 ? fixedIn.join(', ') : `${fixedIn.slice(0, 3).join(', ')}, …`;
  if (fixState === 'fixed') return 'yes';
  if (fixState === 'wont-fix') return "won't fix";
  return fixState === 'not-fixed' ? 'none' : '-';
}

function statusCell(finding: Finding): string {
  const parts: string[] = [];
  if (finding.kev !== undefined) parts.push('KEV');
  if (finding.epss !== undefined) parts.push(`EPSS ${percent(finding.epss.score)}`);
  if (finding.analysis !== undefined && finding.suppressed === undefined)
    parts.push(finding.analysis.state.replaceAll('_', ' '));
  return parts.join(' ');
}

/** Small chances stay told apart from none. */
function percent(score: number): string {
  const value = score * 100;
  return value > 0 && value < 0.1 ? '<0.1%' : `${value.toFixed(1).replace(/\.0$/, '')}%`;
}

function titleCell(finding: Finding): string {
  const { suppressed } = finding;
  if (suppressed !== undefined) {
    const until = suppressed.until === undefined ? '' : `, until ${suppressed.until}`;
    return `${suppressed.by === 'vex' ? 'VEX' : 'ignored'}: ${suppressed.reason} (${suppressed.source}${until})`;
  }
  return withoutId(firstSentence(finding.title ?? finding.description ?? ''), finding);
}

/** Many records begin with their own id, which has a column already. */
function withoutId(title: string, finding: Finding): string {
  const id = [finding.id, ...finding.aliases].find((one) => title.startsWith(one));
  return id === undefined ? title : title.slice(id.length).replace(/^\s*[:–—-]\s+/, '');
}
