import { describe, expect, it } from 'vitest';
import { type Component, imageSbom, packagesLabel } from './sbom.ts';

const components: readonly Component[] = [
  { type: 'npm', name: '@fastify/error', version: '4.2.0' },
  { type: 'deb', name: 'libstdc++6', version: '12.2.0-14+deb12u1', architecture: 'amd64' },
  { type: 'deb', name: 'dpkg', version: '1:1.21.22', architecture: 'amd64' },
];
const self: Component = { type: 'generic', name: 'assay-runner', version: '0.1.0' };

describe('the list of an image’s parts', () => {
  it('names each by its package URL', () => {
    const { components: listed } = JSON.parse(imageSbom(self, components)) as { components: { purl: string }[] };
    // Source: purl-spec, "npm" and "deb" types, and its rules of percent-encoding (`+` encoded, `:` not).
    expect(listed.map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/dpkg@1:1.21.22?arch=amd64',
      'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64',
      'pkg:npm/%40fastify/error@4.2.0',
    ]);
  });

  it('is the same whatever order they came in, and twice the same part is one', () => {
    const again = [...components.toReversed(), ...components];
    expect(imageSbom(self, again)).toBe(imageSbom(self, components));
  });

  it('is one line of Debian packages in a label', () => {
    expect(packagesLabel(components)).toBe('libstdc++6 12.2.0-14+deb12u1, dpkg 1:1.21.22');
  });
});
