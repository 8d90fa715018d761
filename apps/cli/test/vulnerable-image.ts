import { file, type LayerEntry } from '@assay/testkit';

/**
 * Layers of an image with three packages that the starter set knows something about, typed from the public records:
 * openssl 3.0.9-1 of Debian 12 (CVE-2023-5363, fixed in 3.0.11-1~deb12u2), minimist 1.2.0 of npm (CVE-2021-44906, fixed in 1.2.6)
 * and PyYAML 5.3.1 of PyPI (CVE-2020-14343, fixed in 5.4).
 */
export const vulnerableLayers: readonly (readonly LayerEntry[])[] = [
  [
    file('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'),
    file(
      'var/lib/dpkg/status',
      'Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.9-1\n\n',
    ),
  ],
  [
    file('app/node_modules/minimist/package.json', '{"name":"minimist","version":"1.2.0","license":"MIT"}'),
    file(
      'usr/lib/python3/dist-packages/PyYAML-5.3.1.dist-info/METADATA',
      'Metadata-Version: 2.1\nName: PyYAML\nVersion: 5.3.1\n',
    ),
  ],
];

/** An image in which nothing is known to be wrong. */
export const soundLayers: readonly (readonly LayerEntry[])[] = [
  [file('app/node_modules/left/package.json', '{"name":"nobody-knows-this-one","version":"1.0.0"}')],
];
