import type { Node } from '../client/model.ts';
import { clean, packageWords, vulnerabilityWords } from './words.ts';

/** Lines of numbered packages, each with its CVEs. Packages are numbered on, CVEs anew. Source: spec/insight.md §4. */
export function packageLines(packages: readonly Node[], indent: string, step: string): readonly string[] {
  return packages.flatMap((pkg, at) => [
    `${indent}${at + 1}. ${packageWords(pkg)}`,
    ...numbered(pkg.list('Vulnerabilities').map(vulnerabilityWords), indent, 'CVEs:', step),
  ]);
}

/** Lines of numbered CVEs, each with its packages. Source: §4.3. */
export function vulnerabilityLines(vulnerabilities: readonly Node[]): readonly string[] {
  return vulnerabilities.flatMap((vulnerability, at) => [
    `${at + 1}. ${vulnerabilityWords(vulnerability)}`,
    ...numbered(vulnerability.list('Packages').map(packageWords), '', 'Packages:', '\t'),
  ]);
}

function numbered(words: readonly string[], indent: string, title: string, step: string): readonly string[] {
  if (words.length === 0) return [];
  return [`${indent}${title}`, ...words.map((word, at) => `${indent}${step}${at + 1}. ${word}`)];
}

/** The first three lines of an image. Source: §4.1. */
export function imageHead(image: Node): readonly string[] {
  return [
    `Registry:\t${clean(image.text('Registry'))}`,
    `Image Name:\t${clean(image.text('Name'))}`,
    `Digest:    \t${clean(image.text('Digest'))}`,
  ];
}

/** The first four lines of a source. Source: §4.2. */
export function sourceHead(source: Node): readonly string[] {
  return [
    `ID:       \t${clean(source.text('ID'))}`,
    `Repository:  ${clean(source.text('Repository'))}`,
    `Commit:  ${clean(source.text('Sha'))}`,
    `Organization:\t${clean(source.text('Organization'))}`,
  ];
}

/** An image with its packages. Source: §4.1. */
export function imageLines(image: Node): readonly string[] {
  return [...imageHead(image), 'Packages:', ...packageLines(image.list('Packages'), '\t', '\t')];
}

/** A source with its packages. Source: §4.2. */
export function sourceLines(source: Node): readonly string[] {
  return [...sourceHead(source), 'Packages:', ...packageLines(source.list('Packages'), '\t\t', '\t')];
}

/** Blocks of lines, numbered; the lines after the first stand below it. Source: §4.6. */
export function blocks(lists: readonly (readonly string[])[]): readonly string[] {
  return lists.flatMap((lines, at) => {
    const mark = `${at + 1}. `;
    return lines.map((line, row) => `${row === 0 ? mark : ' '.repeat(mark.length)}${line}`);
  });
}

/** Heads of reports. Source: §4.4. */
export function reportListLines(reports: readonly Node[]): readonly string[] {
  return reports.flatMap((report, at) => [
    `${at + 1}. \tUID:       \t${clean(report.text('UID'))}`,
    `  Entity Type:  \t${clean(report.text('EntityType'))}`,
    `  Entity UID:  \t${clean(report.text('EntityUID') || report.text('EntityID'))}`,
    `  Generated At:  \t${clean(report.text('GeneratedAt'))}`,
    ...toolLines(report.object('tool')).map((line) => `  ${line}`),
  ]);
}

function toolLines(tool: Node | undefined): readonly string[] {
  return [
    'Tool:',
    `  Name:    ${clean(tool?.text('Name') ?? '')}`,
    `  Version: ${clean(tool?.text('Version') ?? '')}`,
    `  Vendor:  ${clean(tool?.text('Vendor') ?? '')}`,
  ];
}

/** One report. Source: §4.5, and §4.6 for sources. */
export function reportLines(report: Node): readonly string[] {
  const entity = report.object('entity');
  return [
    `UID:               ${clean(report.text('UID'))}`,
    `Generated At:      ${clean(report.text('GeneratedAt'))}`,
    ...toolLines(report.object('tool')),
    'Entity:',
    ...(entity === undefined ? [] : entityLines(entity)),
  ];
}

function entityLines(entity: Node): readonly string[] {
  const names =
    entity.text('Type') === 'source'
      ? ([['Host'], ['Org'], ['Repo'], ['Sha']] as const)
      : ([['Name'], ['Digest'], ['Registry']] as const);
  return [
    `  Type:     ${clean(entity.text('Type'))}`,
    ...names.map(([name]) => `  ${`${name}:`.padEnd(10)}${clean(entity.text(name))}`),
    '  Packages:',
    ...packageLines(entity.list('Packages'), '    ', '  '),
  ];
}

/** One analysis, with its newest decision. Source: §4.6. */
export function analysisLines(analysis: Node): readonly string[] {
  const pkg = analysis.object('package');
  const latest = analysis.list('Analysis')[0];
  return [
    ['UID', analysis.text('UID')],
    ['CVE', analysis.object('vulnerability')?.text('CVEID') ?? ''],
    ['Package', pkg === undefined ? '' : `${pkg.text('Name')}@${pkg.text('Version')}`],
    artifactOf(analysis),
    ['Artifact Group', analysis.text('ArtifactGroupUID')],
    ['State', latest?.text('State') ?? ''],
    ['Justification', latest?.text('Justification') ?? ''],
    ['Response', latest?.texts('Response').join(', ') ?? ''],
    ['Comment', latest?.text('Comments') ?? ''],
    ['Created By', latest?.text('CreatedBy') || analysis.text('CreatedBy')],
  ].map(([name, value]) => `${`${name}:`.padEnd(16)}${clean(value ?? '')}`);
}

function artifactOf(analysis: Node): readonly [string, string] {
  const image = analysis.object('image');
  const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');
  if (image !== undefined)
    return ['Image', `${joined([image.text('Registry'), image.text('Name')])}@${image.text('Digest')}`];
  const source = analysis.object('source');
  const repository = joined([source?.text('Org') ?? '', source?.text('Repo') ?? '']);
  return ['Source', `${repository}@${source?.text('Sha') ?? ''}`];
}
