import { AssayError } from '@assay/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../read-document.ts';

/** Members that readers look at, and some that they do not. */
const names = [
  ...[
    'metadata',
    'component',
    'components',
    'tools',
    'timestamp',
    'name',
    'version',
    'group',
    'purl',
    'type',
    'bom-ref',
  ],
  ...['properties', 'value', 'licenses', 'license', 'id', 'expression', 'hashes', 'alg', 'content', 'cpe', 'supplier'],
  ...[
    'vulnerabilities',
    'affects',
    'ref',
    'versions',
    'range',
    'status',
    'ratings',
    'score',
    'severity',
    'method',
    'vector',
  ],
  ...[
    'analysis',
    'state',
    'response',
    'advisories',
    'url',
    'cwes',
    'references',
    'source',
    'dependencies',
    'dependsOn',
  ],
  ...['evidence', 'occurrences', 'location', 'services', '__proto__', 'constructor', 'toString'],
];
const words = [
  ...[
    'operating-system',
    'application',
    'assay:model',
    'assay:finding:0',
    'assay:location:0:path',
    'syft:location:0:path',
  ],
  ...['{"name":1}', 'aquasecurity:trivy:Class', 'lang-pkgs', 'a', 'urn:cdx:x/1#a', 'pkg:npm/a@1', 'CVE-2021-1', ''],
];

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom<unknown>(...words, 0, -1, 1e300, null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 5, selector: ([name]) => name })
      .map(Object.fromEntries),
  ),
}));

function toXml(name: string, content: unknown): string {
  const tag = /^[a-z][a-zA-Z-]*$/.test(name) ? name : 'x';
  if (Array.isArray(content))
    return `<${tag}>${content.map((item, index) => toXml(names[index] ?? 'x', item)).join('')}</${tag}>`;
  if (typeof content === 'object' && content !== null) {
    const inner = Object.entries(content).map(([key, item]) => toXml(key, item));
    return `<${tag} bom-ref="a" ref="a" name="n" type="x">${inner.join('')}</${tag}>`;
  }
  return `<${tag}>${String(content).replace(/[<&]/g, '')}</${tag}>`;
}

async function survives(text: string): Promise<void> {
  try {
    const { inventory, findings } = await readDocument(Buffer.from(text));
    expect(new Set(inventory.packages.map(({ ref }) => ref)).size).toBe(inventory.packages.length);
    for (const pkg of inventory.packages) expect(typeof pkg.name).toBe('string');
    for (const finding of findings) expect(typeof finding.id).toBe('string');
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
  }
  expect(({} as Record<string, unknown>).name).toBeUndefined();
}

describe('any document that calls itself CycloneDX', () => {
  it('is read or refused with a code, in JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 3 }),
        fc.array(value, { maxLength: 3 }),
        value,
        async (components, vulnerabilities, metadata) => {
          await survives(
            JSON.stringify({
              bomFormat: 'CycloneDX',
              specVersion: '1.6',
              components,
              vulnerabilities,
              metadata,
              dependencies: components,
            }),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('is read or refused with a code, in XML', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 3 }), value, async (components, metadata) => {
        const lists = ['components', 'vulnerabilities', 'dependencies', 'services'].map((name) =>
          toXml(name, components),
        );
        await survives(
          `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">${toXml('metadata', metadata)}${lists.join('')}</bom>`,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
