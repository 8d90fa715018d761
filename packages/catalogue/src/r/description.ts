import { formatPurl } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import type { Listing } from '../listing/listing.ts';

/**
 * Reads the `DESCRIPTION` of an R package. `undefined` for other files of that name. Source: cran.r-project.org, "Writing R
 * Extensions", 1.1.1: fields as Debian's control files; an installed package has `Built`.
 */
export function parseDescription(bytes: Uint8Array, path: string): Listing | undefined {
  const fields = fieldsOf(decodeText(bytes));
  const name = fields.get('Package');
  const version = fields.get('Version');
  if (name === undefined || version === undefined || !/^[A-Za-z][A-Za-z0-9.]*$/.test(name)) return undefined;
  const license = fields.get('License');
  const title = fields.get('Title');
  const needs = `${fields.get('Depends') ?? ''},${fields.get('Imports') ?? ''},${fields.get('LinkingTo') ?? ''}`;
  const library = path.split('/').slice(0, -2).join('/');
  return {
    packages: [
      {
        key: `/${library}/${name}`,
        ...(fields.has('Built') ? {} : { kind: 'application' as const }),
        name,
        version,
        purl: formatPurl({ type: 'cran', name, version }),
        licenses: license === undefined || license === '' ? [] : [license.slice(0, 200)],
        ...(title === undefined ? {} : { description: title.slice(0, 500) }),
        dependsOn: [...needs.matchAll(/(?:^|,)\s*([A-Za-z][A-Za-z0-9.]*)/g)].map(([, need]) => `/${library}/${need}`),
      },
    ],
    rejected: [],
  };
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of linesOf(text)) {
    const start = /^([A-Za-z][A-Za-z0-9@/-]*):(.*)$/.exec(line);
    if (start?.[1] !== undefined) {
      last = start[1];
      fields.set(last, (start[2] ?? '').trim());
    } else if (last !== undefined && /^\s+\S/.test(line)) fields.set(last, `${fields.get(last)} ${line.trim()}`);
  }
  return fields;
}
