import { AssayError } from '@assay/contract';
import { parseJson, type Value } from '@assay/rego';
import { parse } from 'yaml';

/** The document of a `.json` or `.yaml` file, numbers exact where JSON can tell. Throws POLICY_INVALID. */
export async function readDataFile(path: string, bytes: Uint8Array): Promise<Value> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  try {
    if (path.endsWith('.json')) return parseJson(text);
    // JSON in between: what YAML knows and JSON does not, such as dates, has no place in data.
    return parseJson(JSON.stringify(parse(text, { maxAliasCount: 100, merge: true }) ?? null));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new AssayError('POLICY_INVALID', `${path} is no ${path.endsWith('.json') ? 'JSON' : 'YAML'}: ${why}`, {
      cause,
      hint: 'Correct the file, or leave it out.',
    });
  }
}
