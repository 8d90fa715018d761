import { AssayError } from '@assay/contract';
import { parse } from 'smol-toml';
import { decodeText } from './decode-text.ts';
import type { JsonObject } from './json-value.ts';
import { reason } from './json-value.ts';

/** Reads a TOML file. Throws FILE_UNREADABLE with the line. Source: TOML 1.0; the library refuses nesting over its own limit. */
export function parseToml(bytes: Uint8Array): JsonObject {
  try {
    return parse(decodeText(bytes));
  } catch (error) {
    throw new AssayError('FILE_UNREADABLE', `not valid TOML: ${reason(error)}`, { cause: error });
  }
}
