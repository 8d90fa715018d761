import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchPackages, readPackage } from '../src/index.ts';

const hasDpkg = (() => {
  try {
    execFileSync('dpkg-deb', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('left out: Debian packages: dpkg-deb is not on this machine\n');
    return false;
  }
})();

describe.runIf(hasDpkg)('a Debian package', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-deb-'));
    const tree = join(folder, 'tree');
    const deep = join(tree, 'usr/lib', 'd'.repeat(120));
    await mkdir(join(tree, 'DEBIAN'), { recursive: true });
    await mkdir(deep, { recursive: true });
    await chmod(join(tree, 'DEBIAN'), 0o755);
    await writeFile(
      join(tree, 'DEBIAN/control'),
      'Package: tiny\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: me <me@example.org>\nDescription: tiny\n',
    );
    await writeFile(join(deep, 'file'), 'content');
    await symlink('file', join(deep, 'link'));
    execFileSync('dpkg-deb', ['--root-owner-group', '-b', tree, join(folder, 'tiny_2.0-1_all.deb')]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is unpacked with its names, links and long paths', async () => {
    const read = await readPackage(join(folder, 'tiny_2.0-1_all.deb'));
    expect(read).toMatchObject({ name: 'tiny', version: '1:2.0-1', architecture: 'all', checksums: '' });
    const deep = `usr/lib/${'d'.repeat(120)}`;
    const entry = read.files.get(`${deep}/file`);
    expect(entry?.type === 'file' && Buffer.from(entry.content).toString()).toBe('content');
    expect(read.files.get(`${deep}/link`)).toEqual({ type: 'link', target: 'file' });
  });

  it('that is there is not fetched again', async () => {
    const options = { architecture: 'amd64', folder, refresh: false } as const;
    expect(await fetchPackages(['tiny'], options)).toEqual([join(folder, 'tiny_2.0-1_all.deb')]);
  });

  it('that is damaged is named', async () => {
    const path = join(folder, 'torn_1_all.deb');
    await writeFile(path, '!<arch>\n');
    await expect(readPackage(path)).rejects.toMatchObject({ code: 'IMAGE_INPUT_INVALID' });
  });
});
