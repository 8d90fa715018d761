import { AssayError } from '@assay/contract';
import { readZipEntries, readZipEntry } from '../archive/zip.ts';
import { type PythonMetadata, parsePythonMetadata } from './metadata.ts';

const maxMetadata = 4 * 2 ** 20;

/**
 * Reads an egg that was installed as one zip file. Throws FILE_UNREADABLE, LIMIT_EXCEEDED.
 * Source: setuptools, "The Internal Structure of Python Eggs".
 */
export function parseEgg(bytes: Uint8Array, path: string): PythonMetadata {
  const budget = { entries: 100_000, archives: 1, inflated: maxMetadata };
  const [entry] = readZipEntries(bytes, (name) => name === 'EGG-INFO/PKG-INFO', budget);
  if (entry === undefined) throw new AssayError('FILE_UNREADABLE', 'the egg has no EGG-INFO/PKG-INFO');
  return parsePythonMetadata(readZipEntry(bytes, entry, maxMetadata, budget), path);
}
