import { AssayError, type Rejected } from '@assay/contract';
import type { Installed } from '../distribution/installed.ts';

/** Packages of one database, and the entries that are none. */
export interface ApkDatabase {
  readonly installed: readonly Installed[];
  readonly rejected: readonly Rejected[];
}

/** Letters that are read. `F`, `R`, `M`, `Z` and `a` list files and are most of the lines. Source: Alpine wiki, "Apk spec". */
const wanted = new Set('PVAoLmTDp');

/** Reads apk's `installed`. Throws FILE_UNREADABLE when no entry is a package. Source: Alpine wiki, "Apk spec", "Installed Database V2". */
export function parseApkDatabase(text: string): ApkDatabase {
  const installed: Installed[] = [];
  const rejected: Rejected[] = [];
  let entry = new Map<string, string>();
  let start = 0;
  const settle = (): void => {
    if (entry.size === 0) return;
    const one = toInstalled(entry);
    if (one === undefined) rejected.push({ at: `byte ${start}`, why: 'a package without name or version' });
    else installed.push(one);
    entry = new Map();
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (end === at || (end === at + 1 && text[at] === '\r')) settle();
    else if (text[at + 1] === ':' && wanted.has(text.charAt(at))) {
      if (entry.size === 0) start = at;
      // The first wins: letters come again inside of file lists of other versions of the format.
      if (!entry.has(text.charAt(at))) entry.set(text.charAt(at), text.slice(at + 2, end).trim());
    }
    at = end + 1;
  }
  settle();
  if (installed.length === 0 && text.trim() !== '') {
    throw new AssayError('FILE_UNREADABLE', 'no entry has a name and a version: not a database of apk');
  }
  return { installed, rejected };
}

function toInstalled(entry: ReadonlyMap<string, string>): Installed | undefined {
  const name = entry.get('P');
  const version = entry.get('V');
  if (name === undefined || name === '' || version === undefined || version === '') return undefined;
  const arch = entry.get('A');
  const origin = entry.get('o');
  const license = entry.get('L');
  const supplier = entry.get('m');
  const description = entry.get('T');
  const source = origin === undefined || origin === '' || origin === name ? undefined : { name: origin, version };
  return {
    name,
    version,
    ...(arch === undefined ? {} : { arch }),
    ...(source === undefined ? {} : { source }),
    licenses: license === undefined || license === '' ? [] : [license],
    ...(supplier === undefined ? {} : { supplier }),
    ...(description === undefined ? {} : { description }),
    hashes: {},
    needs: words(entry.get('D')).map((name) => [name]),
    provides: words(entry.get('p')),
    purl: { version, qualifiers: { arch, upstream: source?.name } },
  };
}

/** `so:libz.so.1=1.2 cmd:x !conflict name>=1` without versions and conflicts. */
function words(written: string | undefined): string[] {
  return (written ?? '')
    .split(/\s+/)
    .filter((word) => word !== '' && !word.startsWith('!'))
    .map((word) => /^[^<>=~]+/.exec(word)?.[0] ?? word);
}
