import { isObject, type JsonObject, toObjects } from '../../json/value.ts';

/** Hash algorithms of 2.2. Source: SPDX 2.2 §3.10. */
const algorithms = new Set(['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD2', 'MD4', 'MD5', 'MD6']);

/** A package as 2.2 has it: a licence must be declared, the purpose and newer hashes are unknown, categories have underscores. Source: SPDX 2.2 §3. */
export function toSpdx22(element: JsonObject): JsonObject {
  const { primaryPackagePurpose: _, checksums: _sums, externalRefs: _refs, ...rest } = element;
  const checksums = toObjects(element, 'checksums').filter(({ algorithm }) => algorithms.has(String(algorithm)));
  const externalRefs = toObjects(element, 'externalRefs')
    .filter(isObject)
    .map((ref) => ({ ...ref, referenceCategory: String(ref.referenceCategory).replaceAll('-', '_') }));
  return {
    licenseDeclared: 'NOASSERTION',
    ...rest,
    ...(checksums.length === 0 ? {} : { checksums }),
    ...(externalRefs.length === 0 ? {} : { externalRefs }),
  };
}
