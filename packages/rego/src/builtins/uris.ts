import { RegoObject } from '../values/object.ts';
import type { Value } from '../values/value.ts';
import { succeeds } from './builtin.ts';
import { parseUrl } from './go-url.ts';
import { builtin, stringOperand } from './operands.ts';

function parse(text: string): Value {
  const { scheme, hostname, port, path, rawPath, rawQuery, fragment } = parseUrl(text);
  const parts = { scheme, hostname, port, path, raw_path: rawPath, raw_query: rawQuery, fragment };
  return RegoObject.of(Object.entries(parts).filter(([, part]) => part !== ''));
}

/** Parts of URIs, as Go's net/url finds them. */
export const builtins = [
  builtin('uri.parse', (args) => parse(stringOperand(args, 1))),
  builtin(
    'uri.is_valid',
    ([value = null]) => typeof value === 'string' && value !== '' && succeeds(() => parseUrl(value)),
  ),
];
