import { describe, expect, it } from 'vitest';
import { isOwnedBy, keyOf, ownerReference, parseKey } from './object.ts';
import { collectionPath, groupPath, objectPath } from './resource.ts';
import { leases, namespaces, pods } from './resources/core.ts';

const scan = { apiVersion: 'g/v1', kind: 'Scan', metadata: { namespace: 'demo', name: 's', uid: 'u1' } };

describe('keys', () => {
  it('name an object in its namespace, or a cluster-scoped one', () => {
    expect(keyOf(scan)).toBe('demo/s');
    expect(keyOf({ name: 'n' })).toBe('n');
    expect(parseKey('demo/s')).toEqual({ namespace: 'demo', name: 's' });
    expect(parseKey('n')).toEqual({ name: 'n' });
  });
});

describe('paths', () => {
  // Source: Kubernetes documentation, "API concepts", resource URIs
  it('are those of the core group, of others, and of cluster-scoped kinds', () => {
    expect(groupPath('v1')).toBe('/api/v1');
    expect(groupPath('tekton.dev/v1')).toBe('/apis/tekton.dev/v1');
    expect(collectionPath(pods, 'demo')).toBe('/api/v1/namespaces/demo/pods');
    expect(collectionPath(pods)).toBe('/api/v1/pods');
    expect(objectPath(namespaces, { name: 'demo' })).toBe('/api/v1/namespaces/demo');
    expect(objectPath(leases, { namespace: 'demo', name: 'x' }, 'status')).toBe(
      '/apis/coordination.k8s.io/v1/namespaces/demo/leases/x/status',
    );
  });

  it('cannot be left by a name', () => {
    expect(objectPath(pods, { namespace: 'a/../b', name: '../x?y' })).toBe(
      '/api/v1/namespaces/a%2F..%2Fb/pods/..%2Fx%3Fy',
    );
  });
});

describe('ownership', () => {
  it('is of the very object, not of one of the same name', () => {
    const child = { ...scan, metadata: { name: 'c', ownerReferences: [ownerReference(scan)] } };
    expect(child.metadata.ownerReferences).toEqual([
      { apiVersion: 'g/v1', kind: 'Scan', name: 's', uid: 'u1', controller: true, blockOwnerDeletion: false },
    ]);
    expect(isOwnedBy(child, scan)).toBe(true);
    expect(isOwnedBy(child, { ...scan, metadata: { ...scan.metadata, uid: 'u2' } })).toBe(false);
    expect(isOwnedBy(child, { ...scan, metadata: { name: 's' } })).toBe(false);
  });
});
