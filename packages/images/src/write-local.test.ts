import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { localFiles } from './write-local.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const digests = new Map([
  ['assay-controller', digest('a')],
  ['assay-observer', digest('b')],
  ['assay-runner', digest('c')],
]);
const parsed = (text = '') => parse(text) as Record<string, unknown>;

describe('deploy/local', () => {
  it('names every image by digest', () => {
    const files = localFiles({ target: 'registry.example/assay', digests, insecure: false, definitions: false });
    // Source: kustomize's reference, "images": newName without tag, digest with its algorithm.
    expect(parsed(files.get('kustomization.yaml'))).toMatchObject({
      resources: ['../base'],
      images: [
        { name: 'assay-controller', newName: 'registry.example/assay/assay-controller', digest: digest('a') },
        { name: 'assay-observer', newName: 'registry.example/assay/assay-observer', digest: digest('b') },
      ],
    });
    expect(files.get('environment.yaml')).toContain(`registry.example/assay/assay-runner@${digest('c')}`);
    expect(files.get('environment.yaml')).not.toContain('ASSAY_INSECURE_REGISTRIES');
  });

  it('says which registry may speak plain http, to both processes that talk to it', () => {
    const files = localFiles({ target: '10.1.2.3:5000/a/b', digests, insecure: true, definitions: true });
    const patches = parseAllDocuments(files.get('environment.yaml') ?? '').map((document) => JSON.stringify(document));
    expect(patches).toHaveLength(2);
    for (const patch of patches)
      expect(patch).toContain('{"name":"ASSAY_INSECURE_REGISTRIES","value":"10.1.2.3:5000"}');
  });

  it('installs the definitions where they are, and pulls with the secret it is told', () => {
    const files = localFiles({
      target: 'registry.example',
      digests,
      insecure: false,
      pullSecret: 'mine',
      definitions: true,
    });
    expect(parsed(files.get('kustomization.yaml')).resources).toEqual(['../crds', '../base']);
    const [first, second] = parseAllDocuments(files.get('environment.yaml') ?? '').map((document) => document.toJS());
    for (const patch of [first, second])
      expect(patch).toMatchObject({ spec: { template: { spec: { imagePullSecrets: [{ name: 'mine' }] } } } });
  });

  it('is not written for a part of the product', () => {
    const part = new Map([...digests].slice(0, 2));
    expect(() =>
      localFiles({ target: 'registry.example', digests: part, insecure: false, definitions: false }),
    ).toThrow('there is no digest of assay-runner');
  });
});
