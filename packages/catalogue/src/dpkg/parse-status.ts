import { AssayError, type Rejected } from '@assay/contract';
import type { Installed } from '../distribution/installed.ts';
import { linesOf } from '../formats/decode-text.ts';

/** Packages of one file, and the stanzas that are none. */
export interface DpkgStatus {
  readonly installed: readonly Installed[];
  readonly rejected: readonly Rejected[];
}

/** Fields that are read; file lists such as `Conffiles` are most of the bytes and are passed over. Source: deb-control(5), dpkg(1). */
const wanted = new Set([
  'package',
  'status',
  'version',
  'source',
  'architecture',
  'maintainer',
  'depends',
  'pre-depends',
  'provides',
  'description',
]);

/** States in which none of the package's files are there. The state is the third word of `Status`. Source: dpkg(1), "Package states". */
const absent = new Set(['not-installed', 'config-files']);

type Stanza = ReadonlyMap<string, string>;

/**
 * Reads dpkg's `status`, or one file of `status.d`, which has no `Status` field. Throws FILE_UNREADABLE when no stanza is a
 * package. Source: deb822(5).
 */
export function parseDpkgStatus(text: string): DpkgStatus {
  const installed: Installed[] = [];
  const rejected: Rejected[] = [];
  let stanzas = 0;
  for (const { line, fields } of stanzasOf(text)) {
    stanzas++;
    const state = fields.get('status')?.split(/\s+/)[2];
    if (state !== undefined && absent.has(state)) continue;
    const name = fields.get('package');
    const version = fields.get('version');
    if (name === undefined || name === '' || version === undefined || version === '') {
      rejected.push({ at: `line ${line}`, why: 'a package without name or version' });
    } else installed.push(toInstalled(name, version, fields));
  }
  if (stanzas === rejected.length && text.trim() !== '') {
    throw new AssayError('FILE_UNREADABLE', 'no entry has a package and a version: not a status file of dpkg');
  }
  return { installed, rejected };
}

function toInstalled(name: string, version: string, fields: Stanza): Installed {
  const source = findSource(fields.get('source'), name, version);
  const arch = fields.get('architecture');
  const supplier = fields.get('maintainer');
  const description = fields.get('description');
  return {
    name,
    version,
    ...(arch === undefined ? {} : { arch }),
    ...(source === undefined ? {} : { source }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(description === undefined ? {} : { description }),
    needs: [...needsOf(fields.get('pre-depends')), ...needsOf(fields.get('depends'))],
    provides: needsOf(fields.get('provides')).flat(),
    purl: { version, qualifiers: { arch, upstream: upstreamOf(source, version) } },
  };
}

/** `Source: NAME` or `Source: NAME (VERSION)`; `undefined` when it says the same as the package itself. */
function findSource(written: string | undefined, name: string, version: string): Installed['source'] {
  const match = /^(\S+)(?:\s+\(([^()]+)\))?$/.exec(written ?? '');
  if (match?.[1] === undefined) return undefined;
  const source = { name: match[1], version: match[2]?.trim() ?? version };
  return source.name === name && source.version === version ? undefined : source;
}

function upstreamOf(source: Installed['source'], version: string): string | undefined {
  if (source === undefined) return undefined;
  return source.version === version ? source.name : `${source.name}@${source.version}`;
}

/** `a (>= 1) | b:any, c` as `[[a, b], [c]]`. Source: deb-control(5), "Depends". */
function needsOf(written: string | undefined): string[][] {
  if (written === undefined || written === '') return [];
  return written.split(',').map((need) =>
    need
      .split('|')
      .map((alternative) => /^\s*([a-zA-Z0-9][a-zA-Z0-9.+-]*)/.exec(alternative)?.[1] ?? '')
      .filter((name) => name !== ''),
  );
}

function* stanzasOf(text: string): Generator<{ readonly line: number; readonly fields: Stanza }> {
  let fields = new Map<string, string>();
  let start = 1;
  let open: string | undefined;
  for (const [index, line] of linesOf(text).entries()) {
    if (line === '' || /^\s*$/.test(line)) {
      if (fields.size > 0) yield { line: start, fields };
      fields = new Map();
      open = undefined;
    } else if (line.startsWith(' ') || line.startsWith('\t')) {
      // Only the first line of a description is its synopsis; dependencies may be folded.
      if (open !== undefined && open !== 'description') fields.set(open, `${fields.get(open)} ${line.trim()}`);
    } else if (!line.startsWith('#')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon)).toLowerCase();
      if (fields.size === 0) start = index + 1;
      open = wanted.has(name) ? name : undefined;
      if (open !== undefined) fields.set(open, line.slice(colon + 1).trim());
    }
  }
  if (fields.size > 0) yield { line: start, fields };
}
