import { AssayError } from '@assay/contract';
import { type Format, type FormatId, findFormat, formats } from './formats.ts';

/** One answer that was asked for: what, in which version, and where to. */
export interface OutputSpec {
  readonly format: FormatId;
  readonly version?: string;
  /** Standard output when absent. */
  readonly file?: string;
}

/**
 * Reads the values of `-o`: `FORMAT[@VERSION][=FILE]`, such as `table`, `cyclonedx-json@1.5`, `sarif=out/report.sarif`.
 * Throws OPTION_INVALID: unknown formats and versions, two answers for one place.
 */
export function parseOutputs(values: readonly string[]): readonly OutputSpec[] {
  const specs = values.map(parseOutput);
  const taken = new Set<string>();
  for (const { file } of specs) {
    const place = file ?? '';
    if (taken.has(place)) {
      const where = file === undefined ? 'standard output' : JSON.stringify(file);
      throw invalid(`two formats would be written to ${where}`, 'Give all but one a file of its own: -o FORMAT=FILE.');
    }
    taken.add(place);
  }
  return specs;
}

/** Reads one value of `-o`. Throws OPTION_INVALID. */
export function parseOutput(value: string): OutputSpec {
  const equals = value.indexOf('=');
  const what = equals < 0 ? value : value.slice(0, equals);
  const file = equals < 0 ? undefined : value.slice(equals + 1);
  const at = what.indexOf('@');
  const name = at < 0 ? what : what.slice(0, at);
  const format = findFormat(name);
  if (format === undefined)
    throw invalid(`${shown(name)} is not an output format`, `Formats: ${Object.keys(formats).join(', ')}.`);
  if (file === '') throw invalid(`${shown(value)} names no file after =`);
  if (file?.includes('\0') === true) throw invalid(`${shown(value)} names no file that can be`);
  const version = at < 0 ? undefined : toVersion(what.slice(at + 1), format);
  return {
    format: format.id as FormatId, // findFormat takes it from the table
    ...(version === undefined ? {} : { version }),
    ...(file === undefined || file === '-' ? {} : { file }),
  };
}

function toVersion(text: string, format: Format): string {
  const version = text.replace(/^v/, '');
  if (format.versions.includes(version)) return version;
  const known =
    format.versions.length === 0 ? 'there is only one' : `versions: ${[...format.versions].sort().join(', ')}`;
  throw invalid(`${format.id} is not written in version ${shown(text)}; ${known}`);
}

function invalid(detail: string, hint?: string): AssayError {
  return new AssayError('OPTION_INVALID', `-o: ${detail}`, hint === undefined ? {} : { hint });
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
