import { readFile, stat } from 'node:fs/promises';
import { AssayError, type ProblemCode } from '@assay/contract';
import { type IgnoreFile, parseIgnore, parseVex, type VexDocument } from '@assay/pipeline';
import { reasonOf } from './write-file.ts';

const maxIgnoreBytes = 8 * 1024 * 1024;
const maxVexBytes = 64 * 1024 * 1024;

/** Reads an ignore file, YAML or JSON. Throws FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, IGNORE_INVALID. */
export async function readIgnoreFile(path: string): Promise<IgnoreFile> {
  const text = await readText(path, maxIgnoreBytes, 'IGNORE_INVALID');
  const { parse, YAMLError } = await import('yaml');
  let value: unknown;
  try {
    // JSON is YAML. Aliases are bounded by the library; dates stay text in the core schema.
    value = parse(text, { schema: 'core', prettyErrors: true });
  } catch (cause) {
    const what =
      cause instanceof YAMLError || cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new AssayError('IGNORE_INVALID', `${path} is neither YAML nor JSON: ${what.replace(/:$/, '')}`, { cause });
  }
  return parseIgnore(value, path);
}

/** Reads a VEX document, JSON. Throws FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, VEX_INVALID. */
export async function readVexFile(path: string): Promise<VexDocument> {
  const text = await readText(path, maxVexBytes, 'VEX_INVALID');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AssayError(
      'VEX_INVALID',
      `${path} is not JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : ''}`,
      { cause },
    );
  }
  return parseVex(value, path);
}

async function readText(path: string, limit: number, code: ProblemCode): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new AssayError(
      isMissing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
      `cannot read ${path}: ${isMissing ? 'it does not exist' : reasonOf(cause)}`,
      { cause },
    );
  });
  if (!found.isFile()) throw new AssayError('FILE_UNREADABLE', `${path} is not a regular file`);
  if (found.size > limit)
    throw new AssayError('LIMIT_EXCEEDED', `${path} has ${found.size} bytes, more than the limit of ${limit}`);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AssayError('FILE_UNREADABLE', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AssayError(code, `${path} is not UTF-8 text`, { cause });
  }
}
