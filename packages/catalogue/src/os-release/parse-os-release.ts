import type { Distro } from '@assay/contract';
import { linesOf } from '../formats/decode-text.ts';

/** What an os-release file says; wider than `Distro`, because other files complete it. */
export interface OsRelease {
  /** `ID`, lower case; `''` when the file does not say. */
  readonly id: string;
  readonly version: string;
  readonly codename?: string;
  readonly prettyName?: string;
  readonly like: readonly string[];
  /** The point release, `12.15`, where another file than os-release says it: Debian's os-release names the major version alone. */
  readonly pointRelease?: string;
}

/** Reads shell-like assignments. Lines that are none are left out, as the specification wants. Source: os-release(5). */
export function parseAssignments(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const line of linesOf(text)) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) out.set(match[1], unquoted(match[2].trim()));
  }
  return out;
}

/** Reads os-release. Missing fields are empty: `VERSION_ID` is not there in rolling releases, and `ID` defaults to `linux`. Source: os-release(5). */
export function parseOsRelease(text: string): OsRelease {
  const fields = parseAssignments(text);
  const codename = fields.get('VERSION_CODENAME') ?? fields.get('UBUNTU_CODENAME');
  const prettyName = fields.get('PRETTY_NAME');
  return {
    id: (fields.get('ID') ?? '').toLowerCase(),
    version: fields.get('VERSION_ID') ?? '',
    ...(codename === undefined || codename === '' ? {} : { codename }),
    ...(prettyName === undefined || prettyName === '' ? {} : { prettyName }),
    like: (fields.get('ID_LIKE') ?? '')
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
  };
}

/** Reads `/etc/lsb-release`: `DISTRIB_ID=Ubuntu`, `DISTRIB_RELEASE=14.04`. */
export function parseLsbRelease(text: string): OsRelease {
  const fields = parseAssignments(text);
  const codename = fields.get('DISTRIB_CODENAME');
  const prettyName = fields.get('DISTRIB_DESCRIPTION');
  return {
    id: (fields.get('DISTRIB_ID') ?? '').toLowerCase().replaceAll(' ', ''),
    version: fields.get('DISTRIB_RELEASE') ?? '',
    ...(codename === undefined || codename === '' ? {} : { codename }),
    ...(prettyName === undefined || prettyName === '' ? {} : { prettyName }),
    like: [],
  };
}

/** Value of a POSIX shell assignment without expansions: quotes join, a backslash takes the next character as it is. */
function unquoted(written: string): string {
  let out = '';
  let quote = '';
  for (let i = 0; i < written.length; i++) {
    const c = written.charAt(i);
    if (c === '\\' && quote !== "'") out += written.charAt(++i);
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
    else if (c === quote) quote = '';
    else if (quote === '' && (c === ' ' || c === '\t' || c === '#')) break;
    else out += c;
  }
  return out;
}

/** Whether enough is known to name a distribution. */
export function isDistro(release: OsRelease): release is Distro {
  return release.id !== '';
}
