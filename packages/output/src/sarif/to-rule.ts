import { compareSeverity, type Finding, type Severity } from '@assay/contract';
import { linkOf } from '../findings.ts';
import { firstSentence } from '../text/fit-text.ts';
import { plainLines, plainText } from '../text/plain-text.ts';

export type Level = 'error' | 'warning' | 'note';

/** Nobody's rating is no reassurance: unknown warns. */
export const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  none: 'note',
  unknown: 'warning',
};

/**
 * Scores GitHub takes for our severities where nobody gives one: the middle of its bands (over 9.0 critical, 7.0–8.9 high,
 * 4.0–6.9 medium, 0.1–3.9 low). Source: GitHub docs, "SARIF support for code scanning", `security-severity`.
 */
const bands: Readonly<Record<Severity, readonly [least: number, most: number, middle: number] | undefined>> = {
  critical: [9.0, 10, 9.5],
  high: [7.0, 8.99, 8.0],
  medium: [4.0, 6.99, 5.5],
  low: [0.1, 3.99, 2.0],
  negligible: [0.1, 3.99, 0.1],
  none: undefined,
  unknown: undefined,
};

/** GitHub cuts longer ones; tags beyond twenty make it refuse the file. */
const longestText = 1024;
const mostTags = 20;

/** One vulnerability as a SARIF rule (`reportingDescriptor`, SARIF 2.1.0 §3.49), from all its findings. */
export function toRule(id: string, findings: readonly Finding[]): object {
  const [worst, ...others] = [...findings].sort((a, b) => compareSeverity(a.severity, b.severity));
  if (worst === undefined) return { id };
  const title = sentenceOf(worst, others);
  const packages = [...new Set(findings.map((one) => one.package.name))].slice(0, 10).map(plainText);
  const score = securitySeverity(worst);
  const link = linkOf(worst);
  const cwes = [...new Set(findings.flatMap((one) => one.cwes))].sort();
  return {
    id: plainText(id),
    name: 'VulnerablePackage',
    shortDescription: { text: cut(`${id}: ${title}`) },
    fullDescription: { text: cut(worst.description ?? title) },
    ...(link === undefined ? {} : { helpUri: link }),
    help: { text: helpText(worst, packages), markdown: helpMarkdown(worst, packages) },
    defaultConfiguration: { level: levels[worst.severity] },
    properties: {
      precision: 'very-high',
      ...(score === undefined ? {} : { 'security-severity': score }),
      tags: ['security', 'vulnerability', worst.severity, ...cwes.flatMap(toTag)].slice(0, mostTags),
    },
  };
}

/** Never contradicts the severity we report: a score of another band is not shown for it. */
export function securitySeverity(finding: Finding): string | undefined {
  const band = bands[finding.severity];
  if (band === undefined) return undefined;
  const [least, most, middle] = band;
  const scores = finding.ratings.flatMap(({ score }) =>
    score !== undefined && score >= least && score <= most ? [score] : [],
  );
  return (scores[0] ?? middle).toFixed(1);
}

/** The form CodeQL made usual: `external/cwe/cwe-079`. */
function toTag(cwe: string): readonly string[] {
  const number = /^(?:CWE-)?(\d{1,6})$/i.exec(cwe)?.[1];
  return number === undefined ? [] : [`external/cwe/cwe-${number.padStart(3, '0')}`];
}

function sentenceOf(worst: Finding, others: readonly Finding[]): string {
  const named = [worst, ...others].find((one) => one.title !== undefined || one.description !== undefined);
  return plainText(firstSentence(named?.title ?? named?.description ?? 'known vulnerability'));
}

function facts(finding: Finding, packages: readonly string[]): readonly (readonly [string, string])[] {
  const { fixedIn } = finding;
  return [
    ['Severity', finding.severity],
    ['Also known as', finding.aliases.map(plainText).join(', ')],
    ['Packages', packages.join(', ')],
    ['Fixed in', fixedIn.length > 0 ? fixedIn.map(plainText).join(', ') : 'no fix known'],
    ['Known to be exploited', exploited(finding)],
    ['Exploit prediction', finding.epss === undefined ? '' : `${(finding.epss.score * 100).toFixed(1)}% (EPSS)`],
    ['More', linkOf(finding) ?? ''],
  ];
}

function helpText(finding: Finding, packages: readonly string[]): string {
  const known = facts(finding, packages).filter(([, value]) => value !== '');
  return [...known.map(([name, value]) => `${name}: ${value}`), ...described(finding)].join('\n');
}

function helpMarkdown(finding: Finding, packages: readonly string[]): string {
  const known = facts(finding, packages).filter(([, value]) => value !== '');
  const rows = known.map(([name, value]) => `| ${name} | ${name === 'More' ? `<${value}>` : inCell(value)} |`);
  return ['| | |', '| --- | --- |', ...rows, ...described(finding).map((line) => `\n${escaped(line)}`)].join('\n');
}

function described(finding: Finding): readonly string[] {
  return finding.description === undefined ? [] : [plainLines(finding.description.slice(0, 4000))];
}

/** Descriptions are other people's text: as Markdown they could pose as links, images or headings. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}

function inCell(text: string): string {
  return escaped(text.replaceAll('\n', ' '));
}

function cut(text: string): string {
  const plain = plainLines(text);
  return plain.length <= longestText ? plain : `${plain.slice(0, longestText - 1).toWellFormed()}…`;
}

function exploited({ kev }: Finding): string {
  if (kev === undefined) return '';
  return kev.dateAdded === '' ? 'yes (CISA KEV)' : `since ${plainText(kev.dateAdded)} (CISA KEV)`;
}
