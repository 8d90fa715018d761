import { X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { writeWhole } from './file-system.ts';
import type { StepSettings } from './settings.ts';
import type { StepWorld } from './world.ts';

/** Name of the file below the helper folder, which is on SSL_CERT_DIR. Source: the Scan 2.0 contract, "Mounts". */
export const certsFile = 'trusted-cas.crt';

const longestPem = 4 * 1024 * 1024;

/**
 * Writes the authorities that steps shall trust, each checked. Without any, there is no file.
 * Throws CERTIFICATES_INVALID, OUTPUT_UNWRITABLE.
 */
export async function writeCerts(
  settings: Pick<StepSettings, 'helperFolder' | 'trustedCerts'>,
  world: Pick<StepWorld, 'log'>,
): Promise<void> {
  const path = join(settings.helperFolder, certsFile);
  if (settings.trustedCerts.trim() === '') {
    await rm(path, { force: true });
    world.log.info('there are no certificates to trust besides the usual ones');
    return;
  }
  const certificates = parsePem(settings.trustedCerts);
  // Steps of any user read it.
  await writeWhole(path, certificates.join(''), 0o644);
  world.log.info('certificates to trust were written', { file: path, certificates: certificates.length });
}

/** The authorities a step is to trust besides the usual ones, in PEM; `''` for none. Throws CERTIFICATES_INVALID. */
export async function findTrusted(settings: Pick<StepSettings, 'trustedCerts' | 'trustedFiles'>): Promise<string> {
  if (settings.trustedCerts.trim() !== '') return parsePem(settings.trustedCerts).join('');
  for (const path of settings.trustedFiles) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text !== '') return parsePem(text).join('');
  }
  return '';
}

/**
 * The certificates of a PEM text, each as PEM again. Words between them are comments, as OpenSSL has it; other things in PEM, such as
 * keys, are refused: a key does not belong into a file that everybody reads. Source: RFC 7468. Throws CERTIFICATES_INVALID.
 */
export function parsePem(text: string): readonly string[] {
  if (text.length > longestPem)
    throw new AssayError('CERTIFICATES_INVALID', `they are longer than ${longestPem} bytes`);
  const marks = [...text.matchAll(/-----(BEGIN|END) ([A-Z0-9 ]+)-----/g)];
  const found: string[] = [];
  for (let at = 0; at < marks.length; at += 2) {
    const [begin, end] = [marks[at], marks[at + 1]];
    const number = at / 2 + 1;
    if (begin?.[1] !== 'BEGIN' || end?.[1] !== 'END' || begin[2] !== end[2])
      throw new AssayError('CERTIFICATES_INVALID', `block ${number} is not closed: BEGIN and END must come in pairs`);
    if (begin[2] !== 'CERTIFICATE' && begin[2] !== 'TRUSTED CERTIFICATE')
      throw new AssayError(
        'CERTIFICATES_INVALID',
        `block ${number} is a ${begin[2]?.toLowerCase()}, not a certificate`,
      );
    found.push(toPem(text.slice(begin.index, end.index + end[0].length), number));
  }
  if (found.length === 0) throw new AssayError('CERTIFICATES_INVALID', 'there is no certificate in PEM');
  return found;
}

function toPem(block: string, number: number): string {
  try {
    const pem = new X509Certificate(block).toString();
    return pem.endsWith('\n') ? pem : `${pem}\n`;
  } catch (cause) {
    throw new AssayError('CERTIFICATES_INVALID', `certificate ${number} is damaged`, { cause });
  }
}
