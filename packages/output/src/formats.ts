/** What a format is made from, and so what has to be done before it can be written. */
export type Need = 'findings' | 'packages' | 'template';

export interface Format {
  readonly id: string;
  /** One line for `--help`. */
  readonly description: string;
  readonly mediaType: string;
  /** Usual ending of file names, without the dot. */
  readonly extension: string;
  readonly needs: readonly Need[];
  /** Versions that can be asked for with `FORMAT@VERSION`, the default first. Empty: there is one. */
  readonly versions: readonly string[];
  /** Whether `assay sbom` writes it too: it says what is in there without findings. */
  readonly isSbom: boolean;
}

const cycloneDxVersions = ['1.6', '1.4', '1.5', '1.7'];
const report: Pick<Format, 'needs' | 'versions' | 'isSbom'> = { needs: ['findings'], versions: [], isSbom: false };

/** Every format, in the order of the documentation (docs/guide/output.md). */
export const formats = {
  table: {
    id: 'table',
    description: 'for people: grouped, coloured on a terminal, worst first',
    mediaType: 'text/plain',
    extension: 'txt',
    ...report,
  },
  summary: {
    id: 'summary',
    description: 'for people: one line',
    mediaType: 'text/plain',
    extension: 'txt',
    ...report,
  },
  json: {
    id: 'json',
    description: 'everything, in this product’s own versioned schema (docs/reference/report.schema.json)',
    mediaType: 'application/json',
    extension: 'json',
    ...report,
  },
  'cyclonedx-json': {
    id: 'cyclonedx-json',
    description: 'CycloneDX JSON 1.6 (or @1.4, @1.5, @1.7): packages and findings',
    mediaType: 'application/vnd.cyclonedx+json',
    extension: 'cdx.json',
    needs: ['findings', 'packages'],
    versions: cycloneDxVersions,
    isSbom: true,
  },
  'cyclonedx-xml': {
    id: 'cyclonedx-xml',
    description: 'CycloneDX XML 1.6 (or @1.4, @1.5, @1.7): packages and findings',
    mediaType: 'application/vnd.cyclonedx+xml',
    extension: 'cdx.xml',
    needs: ['findings', 'packages'],
    versions: cycloneDxVersions,
    isSbom: true,
  },
  'spdx-json': {
    id: 'spdx-json',
    description: 'SPDX JSON 2.3 or 2.2: packages; the format has no place for findings',
    mediaType: 'application/spdx+json',
    extension: 'spdx.json',
    needs: ['packages'],
    versions: ['2.3', '2.2'],
    isSbom: true,
  },
  sarif: {
    id: 'sarif',
    description: 'SARIF 2.1.0, for code scanning services',
    mediaType: 'application/sarif+json',
    extension: 'sarif',
    needs: ['findings'],
    versions: ['2.1.0'],
    isSbom: false,
  },
  github: {
    id: 'github',
    description: 'annotations of a GitHub Actions run',
    mediaType: 'text/plain',
    extension: 'txt',
    ...report,
  },
  csv: { id: 'csv', description: 'one row per finding', mediaType: 'text/csv', extension: 'csv', ...report },
  template: {
    id: 'template',
    description: 'what the file given with --template says',
    mediaType: 'text/plain',
    extension: 'txt',
    needs: ['findings', 'packages', 'template'],
    versions: [],
    isSbom: false,
  },
} as const satisfies Record<string, Format>;

/** The id of a format. */
export type FormatId = keyof typeof formats;

/** Names other tools taught people. */
const alsoCalled: Readonly<Record<string, FormatId>> = {
  cyclonedx: 'cyclonedx-json',
  spdx: 'spdx-json',
};

/** The format of that name, in any case. */
export function findFormat(name: string): Format | undefined {
  const key = name.toLowerCase();
  if (Object.hasOwn(alsoCalled, key)) return findFormat(alsoCalled[key] ?? '');
  return Object.values<Format>(formats).find((format) => format.id === key);
}
