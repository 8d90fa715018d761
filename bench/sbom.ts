import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTurn } from './measure.ts';
import { assay, benchFolder } from './peers.ts';
import type { Figure } from './table.ts';

/** Large documents: 50 MB of CycloneDX JSON and 20 MB of XML, read to findings. Memory is told above that of an empty process. */
export async function run(rounds: number): Promise<readonly Figure[]> {
  mkdirSync(benchFolder, { recursive: true });
  const json = made('large.cdx.json', 50_000_000, jsonDocument);
  const xml = made('large.cdx.xml', 20_000_000, xmlDocument);
  const done = await inTurn(
    {
      json: { program: assay, args: ['sbom', 'convert', json, '-q', '-o', 'spdx-json=/dev/null'] },
      xml: { program: assay, args: ['sbom', 'convert', xml, '-q', '-o', 'spdx-json=/dev/null'] },
      readJson: { program: process.execPath, args: ['--max-semi-space-size=1', 'bench/read-document.ts', json] },
      readXml: { program: process.execPath, args: ['--max-semi-space-size=1', 'bench/read-document.ts', xml] },
      empty: { program: process.execPath, args: ['--max-semi-space-size=1', 'bench/read-document.ts'] },
    },
    rounds,
  );
  const empty = done.empty ?? { wall: 0, memory: 0 };
  return [
    { what: '50 MB CycloneDX JSON: reading', value: (done.readJson?.wall ?? 0) - empty.wall, unit: 's', atMost: 1.5 },
    {
      what: '50 MB CycloneDX JSON: memory above the empty process',
      value: (done.readJson?.memory ?? 0) - empty.memory,
      unit: 'MB',
      atMost: 150,
    },
    { what: '20 MB CycloneDX XML: reading', value: (done.readXml?.wall ?? 0) - empty.wall, unit: 's', atMost: 1 },
    {
      what: '20 MB CycloneDX XML: memory above the empty process',
      value: (done.readXml?.memory ?? 0) - empty.memory,
      unit: 'MB',
      atMost: 150,
    },
    { what: '50 MB CycloneDX JSON: converted to SPDX, whole process', value: done.json?.wall ?? 0, unit: 's' },
    { what: '20 MB CycloneDX XML: converted to SPDX, whole process', value: done.xml?.wall ?? 0, unit: 's' },
  ];
}

function made(name: string, size: number, write: (size: number) => string): string {
  const path = join(benchFolder, name);
  if (!existsSync(path)) writeFileSync(path, write(size));
  return path;
}

/** Shaped as scanners write components: purl, cpe, licences, hashes, properties. */
function jsonDocument(size: number): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < size; index++) {
    const component = JSON.stringify({
      'bom-ref': `pkg:npm/package-${index}@1.${index % 50}.0?package-id=${index.toString(16).padStart(16, '0')}`,
      type: 'library',
      name: `package-${index}`,
      version: `1.${index % 50}.0`,
      licenses: [{ license: { id: 'MIT' } }],
      cpe: `cpe:2.3:a:package-${index}:package-${index}:1.${index % 50}.0:*:*:*:*:*:*:*`,
      purl: `pkg:npm/package-${index}@1.${index % 50}.0`,
      hashes: [{ alg: 'SHA-256', content: index.toString(16).padStart(64, '0') }],
      properties: [
        { name: 'syft:package:foundBy', value: 'javascript-package-cataloger' },
        { name: 'syft:location:0:path', value: `/app/node_modules/package-${index}/package.json` },
        { name: 'syft:location:0:layerID', value: `sha256:${'ab'.repeat(32)}` },
      ],
    });
    parts.push(component);
    length += component.length + 1;
  }
  return `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[${parts.join(',')}]}`;
}

function xmlDocument(size: number): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < size; index++) {
    const version = `1.${index % 50}.0`;
    const component = `<component type="library" bom-ref="ref-${index}"><name>package-${index}</name><version>${version}</version><hashes><hash alg="SHA-256">${index.toString(16).padStart(64, '0')}</hash></hashes><licenses><license><id>MIT</id></license></licenses><cpe>cpe:2.3:a:package-${index}:package-${index}:${version}:*:*:*:*:*:*:*</cpe><purl>pkg:npm/package-${index}@${version}</purl><properties><property name="syft:package:foundBy">javascript-package-cataloger</property><property name="syft:location:0:path">/app/node_modules/package-${index}/package.json</property></properties></component>\n`;
    parts.push(component);
    length += component.length;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components>${parts.join('')}</components></bom>\n`;
}
