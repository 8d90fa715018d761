import { AssayError, type PackageKind, type RatingMethod } from '@assay/contract';

/** How one version of CycloneDX differs from the others. Code asks these fields, never the number. */
export interface CycloneDxTraits {
  readonly version: string;
  /** Namespace of the XML root; it alone says the version there. */
  readonly namespace: string;
  /** Files of the official schemas, by encoding. JSON began with 1.2. */
  readonly schemas: { readonly json?: string; readonly xml: string };
  /** Values of `component.type` that we can write. */
  readonly kinds: ReadonlySet<PackageKind>;
  readonly hashes: ReadonlySet<string>;
  /** Values of `rating.method`. */
  readonly methods: ReadonlySet<RatingMethod>;
  /** `metadata.tools`: a list of tools, or an object with components. */
  readonly tools: 'list' | 'components';
  /** Whether `vulnerabilities` are part of it. */
  readonly carriesFindings: boolean;
  /** Whether documents of this version are written. */
  readonly writable: boolean;
}

const kinds: ReadonlySet<PackageKind> = new Set([
  'library',
  'application',
  'framework',
  'operating-system',
  'container',
  'device',
  'file',
  'firmware',
]);
const hashes = new Set([
  ...['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'],
  ...['BLAKE2b-256', 'BLAKE2b-384', 'BLAKE2b-512', 'BLAKE3'],
]);
const firstMethods: readonly RatingMethod[] = ['CVSSv2', 'CVSSv3', 'CVSSv31', 'OWASP', 'other'];
const methods: ReadonlySet<RatingMethod> = new Set(firstMethods);
const laterMethods: ReadonlySet<RatingMethod> = new Set([...firstMethods, 'CVSSv4', 'SSVC']);

function traits(version: string, differences: Partial<CycloneDxTraits> = {}): CycloneDxTraits {
  return {
    version,
    namespace: `http://cyclonedx.org/schema/bom/${version}`,
    schemas: { json: `bom-${version}.SNAPSHOT.schema.json`, xml: `bom-${version}.SNAPSHOT.xsd` },
    kinds,
    hashes,
    methods: laterMethods,
    tools: 'components',
    carriesFindings: true,
    writable: true,
    ...differences,
  };
}

const early = { methods, tools: 'list', carriesFindings: false, writable: false } as const;

/** Every version of CycloneDX that is read. Source: CycloneDX/specification, schema/. */
export const cycloneDxFormats: readonly CycloneDxTraits[] = [
  traits('1.0', { ...early, schemas: { xml: 'bom-1.0.SNAPSHOT.xsd' } }),
  traits('1.1', { ...early, schemas: { xml: 'bom-1.1.SNAPSHOT.xsd' } }),
  // The first two JSON schemas let unknown members pass; the strict ones are their authors' own.
  traits('1.2', { ...early, schemas: { json: 'bom-1.2-strict.SNAPSHOT.schema.json', xml: 'bom-1.2.SNAPSHOT.xsd' } }),
  traits('1.3', { ...early, schemas: { json: 'bom-1.3-strict.SNAPSHOT.schema.json', xml: 'bom-1.3.SNAPSHOT.xsd' } }),
  traits('1.4', { methods, tools: 'list' }),
  traits('1.5'),
  traits('1.6'),
  traits('1.7', { hashes: new Set([...hashes, 'Streebog-256', 'Streebog-512']) }),
];

/** Namespaces of XML roots begin like this; the version follows. */
const namespaceStem = 'http://cyclonedx.org/schema/bom/';

/** The old extension for vulnerabilities in XML. Source: CycloneDX/specification, schema/ext/vulnerability-1.0.xsd. */
export const vulnerabilityNamespace = 'http://cyclonedx.org/schema/ext/vulnerability/1.0';

/** The old extension for dependencies in XML, before 1.2 had its own. */
export const dependencyGraphNamespace = 'http://cyclonedx.org/schema/ext/dependency-graph/1.0';

/** The traits of the version a JSON document names. Throws SBOM_VERSION. */
export function cycloneDxJson(version: string): CycloneDxTraits {
  const found = cycloneDxFormats.find((format) => format.version === version);
  if (found?.schemas.json === undefined) {
    throw new AssayError('SBOM_VERSION', `CycloneDX JSON of version ${JSON.stringify(version.slice(0, 40))}`);
  }
  return found;
}

/** The traits of the version whose namespace an XML root has; `undefined` for other namespaces. Throws SBOM_VERSION. */
export function findCycloneDxXml(namespace: string): CycloneDxTraits | undefined {
  if (!namespace.startsWith(namespaceStem)) return undefined;
  const version = namespace.slice(namespaceStem.length);
  const found = cycloneDxFormats.find((format) => format.version === version);
  if (found === undefined) {
    throw new AssayError('SBOM_VERSION', `CycloneDX XML of version ${JSON.stringify(version.slice(0, 40))}`);
  }
  return found;
}
