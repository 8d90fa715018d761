import { AssayError } from '@assay/contract';
import type { Settings } from '@assay/local';
import { Option } from 'commander';

/** Options that every command which reads images has. */
export interface ReachOptions {
  readonly caFile?: string;
  readonly retries?: number;
  readonly quiet?: boolean;
}

/** Digits only: `1e3` and `0x10` are typing mistakes more often than wishes. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new AssayError(
      'OPTION_INVALID',
      `${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  };
}

const dayUnits: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7 };

/** A length of time in days: `5`, `5d`, `36h`, `2w`. Throws OPTION_INVALID. */
export function days(name: string): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,6}(?:\.\d{1,3})?)\s*([hdw]?)$/.exec(text.trim().toLowerCase());
    const unit = dayUnits[match?.[2] || 'd'];
    if (match?.[1] !== undefined && unit !== undefined) return Number(match[1]) * unit;
    throw new AssayError(
      'OPTION_INVALID',
      `${name} takes a number of days, or hours and weeks as 36h and 2w, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  };
}

/** Gathers an option that may be given several times. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export const caFileOption = (): Option =>
  new Option('--ca-file <FILE>', 'certificates (PEM) to trust besides the usual ones');
export const retriesOption = (): Option =>
  new Option('--retries <N>', 'attempts after the first, for what the network may mend')
    .default(3)
    .argParser(wholeNumber('--retries', 0, 20));
export const quietOption = (): Option =>
  new Option('-q, --quiet', 'no progress and no notices on stderr; errors still');

/** The settings with what the command line adds to them. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
export async function withReach(settings: Settings, options: ReachOptions): Promise<Settings> {
  const caFile = options.caFile ?? settings.caFile;
  const caPem = caFile === undefined ? undefined : await readCertificates(caFile);
  return {
    ...settings,
    registry: {
      ...settings.registry,
      ...(caPem === undefined ? {} : { caPem }),
      ...(options.retries === undefined ? {} : { retries: options.retries }),
    },
  };
}

async function readCertificates(path: string): Promise<string> {
  const { readBytes } = await import('@assay/local');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBytes(path)) {
    size += chunk.length;
    if (size > 8 * 1024 * 1024) throw new AssayError('LIMIT_EXCEEDED', `${path} has more than 8 MiB`);
    parts.push(chunk);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (!text.includes('-----BEGIN '))
    throw new AssayError('OPTION_INVALID', `${path} holds no certificate in PEM`, {
      hint: 'Name a file with certificates by --ca-file or SSL_CERT_FILE.',
    });
  return text;
}
