import { AssayError, type Inventory, type Report } from '@assay/contract';
import { reportCsv } from './csv/report-csv.ts';
import { type FormatId, findFormat, formats } from './formats.ts';
import { githubAnnotations } from './github/annotations.ts';
import { reportJson } from './json/report-json.ts';
import { reportSarif } from './sarif/report-sarif.ts';
import { sbomDocument } from './sbom-document.ts';
import { summaryLine } from './summary.ts';
import { reportTable, type VerdictLike } from './table/report-table.ts';
import { prepareTemplate } from './template/run-template.ts';
import { toView } from './template/to-view.ts';
import { plainText } from './text/plain-text.ts';

/** What is shown. */
export interface RenderInput {
  readonly report: Report;
  readonly inventory: Inventory;
  /** The gate's answer, where one was asked for. */
  readonly verdict?: VerdictLike;
}

/** How it is shown. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns of the terminal; `Infinity` where there is none. */
  readonly width: number;
  readonly now: Date;
  /** The template's text, for `template`. */
  readonly template?: string;
  /** How messages call the template: its file. */
  readonly templateName?: string;
  /** Show suppressed findings in the table. */
  readonly showSuppressed?: boolean;
}

/** What is asked for: an `OutputSpec`, or the part of it that says how. */
export interface RenderSpec {
  readonly format: string;
  /** Version of the format; its first one in `formats` when absent. */
  readonly version?: string;
}

type Renderer = (input: RenderInput, options: RenderOptions, version: string | undefined) => Iterable<string>;

const renderers: Readonly<Record<FormatId, Renderer>> = {
  table: (input, options) => reportTable(input, { ...options, showSuppressed: options.showSuppressed ?? false }),
  summary: ({ report }, { now }) => [`${plainText(`${report.subject.name}: ${summaryLine(report, now)}`)}\n`],
  json: ({ report }) => reportJson(report),
  'cyclonedx-json': (input, _, version) => sbomDocument('cyclonedx-json', input, version),
  'cyclonedx-xml': (input, _, version) => sbomDocument('cyclonedx-xml', input, version),
  'spdx-json': (input, _, version) => sbomDocument('spdx-json', input, version),
  sarif: ({ report }) => reportSarif(report),
  github: ({ report }, { now }) => githubAnnotations(report, now),
  csv: ({ report }) => reportCsv(report),
  template: fillTemplate,
};

/**
 * Renders a report, a piece at a time: write each as it comes. Same input, same text.
 * Throws OPTION_INVALID for an unknown format or version, TEMPLATE_INVALID.
 */
export function render(what: RenderSpec | string, input: RenderInput, options: RenderOptions): Iterable<string> {
  const { format, version } = typeof what === 'string' ? { format: what, version: undefined } : what;
  const known = findFormat(format);
  if (known === undefined) {
    throw new AssayError('OPTION_INVALID', `${JSON.stringify(format.slice(0, 80))} is not an output format`, {
      hint: `Formats: ${Object.keys(formats).join(', ')}.`,
    });
  }
  if (version !== undefined && !known.versions.includes(version)) {
    const shown = JSON.stringify(version.slice(0, 80));
    throw new AssayError('OPTION_INVALID', `${known.id} is not written in version ${shown}`);
  }
  return renderers[known.id as FormatId](input, options, version); // findFormat takes it from the table
}

function fillTemplate(input: RenderInput, { template, templateName, now }: RenderOptions): Iterable<string> {
  if (template === undefined) {
    throw new AssayError('OPTION_INVALID', 'the format template needs a template', {
      hint: 'Name its file with --template FILE.',
    });
  }
  return prepareTemplate(template, templateName ?? 'template').fill(toView(input, now));
}
