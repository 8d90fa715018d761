import { AssayError, formatPurl } from '@assay/contract';
import { parseJsonObject, textAt, textsAt } from '../formats/json-value.ts';
import type { Listing } from '../listing/listing.ts';

/** Reads the record of one installed package. Throws FILE_UNREADABLE. Source: conda, `PrefixRecord`; purl-spec, conda. */
export function parseCondaMeta(bytes: Uint8Array, path: string): Listing {
  const top = parseJsonObject(bytes);
  const [name, version] = [textAt(top, 'name'), textAt(top, 'version')];
  if (name === undefined || version === undefined)
    throw new AssayError('FILE_UNREADABLE', 'no name and version: not a record of Conda');
  const license = textAt(top, 'license');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const channel = textAt(top, 'channel')?.slice(0, 500);
  const subdir = textAt(top, 'subdir');
  const hashes = Object.fromEntries(
    ['md5', 'sha256'].flatMap((algorithm) => {
      const hex = textAt(top, algorithm);
      return hex === undefined || !/^[0-9a-f]+$/.test(hex) ? [] : [[algorithm, hex]];
    }),
  );
  return {
    packages: [
      {
        key: `/${folder}/${name}`,
        name,
        version,
        purl: formatPurl({
          type: 'conda',
          name,
          version,
          qualifiers: {
            build: textAt(top, 'build'),
            // A channel may be a whole address that ends in the platform.
            channel: channel
              ?.split('/')
              .filter((segment) => segment !== '' && segment !== subdir)
              .at(-1),
            subdir,
          },
        }),
        licenses: license === undefined || license === '' ? [] : [license],
        hashes,
        dependsOn: textsAt(top, 'depends').map((need) => `/${folder}/${need.split(' ', 1)[0]}`),
      },
    ],
    rejected: [],
  };
}
