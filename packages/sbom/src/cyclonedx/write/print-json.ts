import type { JsonObject } from '../../json/value.ts';
import type { DocumentParts } from './document-parts.ts';

/** Prints CycloneDX JSON, one element of a list per line: small enough to store, easy to compare. */
export function* printJson(parts: DocumentParts): Generator<string> {
  const { version } = parts.traits;
  const head = {
    $schema: `http://cyclonedx.org/schema/bom-${version}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: version,
    serialNumber: parts.serialNumber,
    version: 1,
    metadata: parts.metadata,
  };
  const members = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  yield `{\n${members.join(',\n')}`;
  yield* printList('components', parts.components(), true);
  yield* printList('dependencies', parts.dependencies());
  yield* printList('vulnerabilities', parts.vulnerabilities(), parts.isScan);
  yield '\n}\n';
}

/** An empty list is left out, unless it says something: no components, nothing found. */
function* printList(name: string, elements: Iterable<JsonObject>, saysSo = false): Generator<string> {
  let before = `,\n  "${name}": [\n    `;
  let isEmpty = true;
  for (const element of elements) {
    yield before + JSON.stringify(element);
    before = ',\n    ';
    isEmpty = false;
  }
  if (!isEmpty) yield '\n  ]';
  else if (saysSo) yield `,\n  "${name}": []`;
}
