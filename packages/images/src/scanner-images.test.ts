import { describe, expect, it } from 'vitest';
import type { DebianPackage } from './debian/package-facts.ts';
import { grypeImage, trivyImage } from './scanner-images.ts';

const busybox: DebianPackage = {
  name: 'busybox-static',
  version: '1:1.35.0-4',
  architecture: 'amd64',
  control: 'Package: busybox-static\nVersion: 1:1.35.0-4\nArchitecture: amd64\n',
  checksums: '',
  files: new Map(),
};
const base = { platform: { os: 'linux', architecture: 'amd64' }, debian: [] };
const parts = {
  version: '1.0.0',
  program: Buffer.from('elf'),
  data: new Map([['db/one.db', Buffer.from('data')]]),
  shell: { program: Buffer.from('busybox'), package: busybox },
};

describe.each([
  // Where the scanners' own images have them: scan-2.md §6 "Samples".
  ['grype', grypeImage, 'grype', 'var/lib/grype'],
  ['trivy', trivyImage, 'usr/local/bin/trivy', 'var/lib/trivy'],
] as const)('the image of %s', (_name, make, program, data) => {
  const recipe = make(base, parts);
  const entries = new Map(recipe.layers.flatMap(({ tree }) => [...tree]));

  it('runs as the user of scan pods', () => {
    expect(recipe.facts.user).toBe('65534:65534');
    expect(recipe.facts.entrypoint).toEqual([`/${program}`]);
    expect(entries.get(program)).toMatchObject({ type: 'file', mode: 0o755 });
  });

  it('has data that this user may write beside', () => {
    const owner = { uid: 65534, gid: 65534 };
    expect(entries.get(data)).toMatchObject({ type: 'folder', owner });
    expect(entries.get(`${data}/db`)).toMatchObject({ type: 'folder', owner });
    expect(entries.get(`${data}/db/one.db`)).toMatchObject({ type: 'file', owner });
  });

  it('has a shell to look around with, and says so to scanners', () => {
    expect(entries.get('bin/sh')).toEqual({ type: 'link', target: 'busybox' });
    expect(entries.has('var/lib/dpkg/status.d/busybox-static')).toBe(true);
    expect(recipe.facts.labels['dev.assay.debian-packages']).toBe('busybox-static 1:1.35.0-4');
  });
});
