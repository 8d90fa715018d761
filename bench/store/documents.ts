import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures } from '@assay/testkit';
import { randomFrom } from '../../packages/store/test/made-documents.ts';

interface Component {
  readonly 'bom-ref'?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly type?: string;
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

interface Vulnerability {
  readonly id: string;
  readonly affects?: readonly { readonly ref: string }[];
}

interface Bom {
  readonly metadata: object;
  readonly components: readonly Component[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly dependencies?: readonly Dependency[];
}

const wantedBytes = 550_000;

/** Makes documents of some 550 KB in the shape of a real report by Grype; nine of ten packages are those of the document before. */
export class Documents {
  readonly #bom: Bom;
  readonly #copies: number;

  constructor() {
    const text = readFileSync(join(fixtures('scans'), 'golden/debian-meta/grype.cdx.json'), 'utf8');
    this.#bom = JSON.parse(text) as Bom; // a golden file of Grype's
    this.#copies = Math.max(1, Math.round(wantedBytes / text.length));
  }

  /** Document number `at`. Of each package there are fifty versions over all documents. */
  make(at: number): {
    readonly bytes: Buffer;
    readonly digest: string;
    readonly packages: number;
    readonly findings: number;
  } {
    const random = randomFrom(at);
    const digest = `sha256:${at.toString(16).padStart(64, '0')}`;
    const components: Component[] = [];
    const vulnerabilities: Vulnerability[] = [];
    const dependencies: Dependency[] = [];
    let findings = 0;
    for (let copy = 0; copy < this.#copies; copy++) {
      const refs = new Map<string, string>();
      for (const [place, component] of this.#bom.components.entries()) {
        const isOwn = random() < 0.1;
        const mark = isOwn ? `+${Math.floor(random() * 50)}` : '';
        const name = copy === 0 ? component.name : `${component.name}-${copy}`;
        const ref = `${copy}/${place}`;
        refs.set(component['bom-ref'] ?? '', ref);
        const purl = component.purl
          ?.replace(`/${encodeURIComponent(component.name)}@`, `/${encodeURIComponent(name)}@`)
          .replace(/(@[^?]*)/, `$1${mark === '' ? '' : encodeURIComponent(mark)}`);
        components.push({
          ...component,
          ...{ 'bom-ref': ref, name },
          ...(component.version === undefined ? {} : { version: component.version + mark }),
          ...(purl === undefined ? {} : { purl }),
        });
      }
      for (const { ref, dependsOn = [] } of this.#bom.dependencies ?? []) {
        const named = (each: string): string => refs.get(each) ?? each;
        dependencies.push({ ref: named(ref), dependsOn: dependsOn.map(named) });
      }
      for (const vulnerability of this.#bom.vulnerabilities) {
        const affects = (vulnerability.affects ?? []).map((target) => ({
          ...target,
          ref: refs.get(target.ref) ?? target.ref,
        }));
        findings += affects.length;
        vulnerabilities.push({ ...vulnerability, affects });
      }
    }
    const subject = { type: 'container', name: `registry.example.com/team/app-${at % 200}`, version: digest };
    const bom = {
      ...this.#bom,
      metadata: { ...this.#bom.metadata, component: subject },
      components,
      dependencies,
      vulnerabilities,
    };
    return {
      bytes: Buffer.from(JSON.stringify(bom)),
      digest,
      packages: components.filter(({ type, purl }) => type !== 'file' || purl !== undefined).length,
      findings,
    };
  }
}
