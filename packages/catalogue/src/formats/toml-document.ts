import { AssayError } from '@assay/contract';
import { parse } from 'smol-toml';
import { decodeText } from './decode-text.ts';
import type { JsonObject } from './json-value.ts';
import { reason } from './json-value.ts';

/** Brackets, which open tables and lists: a lock of ten thousand packages has a third of them. */
const maxBrackets = 150_000;

/** Reads a TOML file. Throws FILE_UNREADABLE with the line, LIMIT_EXCEEDED. Source: TOML 1.0; the library refuses nesting over its own limit. */
export function parseToml(bytes: Uint8Array): JsonObject {
  if (bracketsIn(bytes) > maxBrackets)
    throw new AssayError('LIMIT_EXCEEDED', `more than ${maxBrackets} tables and lists in one TOML file`);
  try {
    return parse(decodeText(bytes));
  } catch (error) {
    throw new AssayError('FILE_UNREADABLE', `not valid TOML: ${reason(error)}`, { cause: error });
  }
}

function bracketsIn(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b) count++;
  return count;
}
