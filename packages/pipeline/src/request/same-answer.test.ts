import { describe, expect, it } from 'vitest';
import { wishText } from './same-answer.ts';
import type { ScanObject } from './scan-object.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const scan: ScanObject = {
  apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
  kind: 'ImageVulnerabilityScan',
  metadata: { name: 'a', namespace: 'dev', uid: '1' },
  spec: {
    image: `r.example/app@${digest}`,
    scanResults: { location: 'r.example/a' },
    serviceAccountNames: { scanner: 'scanner', publisher: 'publisher' },
    activeKeychains: [{ name: 'ecr' }],
    workspace: { bindings: [{ name: 'x', secret: { secretName: 's' } }] },
    steps: [{ name: 'scan', image: 'x:1', env: [{ name: 'A', value: '1' }] }],
  },
};
const withSpec = (more: Partial<ScanObject['spec']>): ScanObject => ({ ...scan, spec: { ...scan.spec, ...more } });

describe('two scans wish for the same', () => {
  it.each<[string, ScanObject]>([
    ['whatever they are called', { ...scan, metadata: { name: 'b', namespace: 'dev', uid: '2' } }],
    ['wherever their results go', withSpec({ scanResults: { location: 'r.example/b:1' } })],
    ['with a tag before the digest', withSpec({ image: `r.example/app:1.0@${digest}` })],
    ['with a larger claim', withSpec({ workspace: { ...scan.spec.workspace, size: '9Gi' } })],
  ])('%s', (_what, other) => expect(wishText(other)).toBe(wishText(scan)));
});

// issue 4, part 3: only inside one namespace, with equal accounts, steps, environment, bindings and keychains
describe('two scans wish for something else', () => {
  it.each<[string, ScanObject]>([
    ['in another namespace', { ...scan, metadata: { ...scan.metadata, namespace: 'prod' } }],
    ['of another digest', withSpec({ image: `r.example/app@sha256:${'b'.repeat(64)}` })],
    ['of another repository', withSpec({ image: `r.example:5000/app@${digest}` })],
    ['by another scanner account', withSpec({ serviceAccountNames: { scanner: 'default', publisher: 'publisher' } })],
    ['by another publisher account', withSpec({ serviceAccountNames: { scanner: 'scanner' } })],
    ['with other keychains', withSpec({ activeKeychains: [] })],
    ['with other bindings', withSpec({ workspace: {} })],
    ['with another step', withSpec({ steps: [{ name: 'scan', image: 'x:2', env: [{ name: 'A', value: '1' }] }] })],
    [
      'with another environment',
      withSpec({ steps: [{ name: 'scan', image: 'x:1', env: [{ name: 'A', value: '2' }] }] }),
    ],
  ])('%s', (_what, other) => expect(wishText(other)).not.toBe(wishText(scan)));
});
