import { readFileSync } from 'node:fs';
import { AssayError } from '@assay/contract';

/** The part of an OSV record that the starter set fills. Source: OSV schema 1.7. */
export interface StarterRecord {
  readonly schema_version: string;
  readonly id: string;
  readonly aliases: readonly string[];
  /** The CVE a distribution's record is about: not an alias, since fixed versions differ. */
  readonly upstream?: readonly string[];
  /** A name people know it by, where there is one. */
  readonly summary?: string;
  /** RFC 3339; absent where the source does not say. */
  readonly published?: string;
  /** RFC 3339: when the facts of this ecosystem were last looked up. */
  readonly modified: string;
  readonly severity: readonly { readonly type: 'CVSS_V3' | 'CVSS_V4'; readonly score: string }[];
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges: readonly { readonly type: 'SEMVER' | 'ECOSYSTEM'; readonly events: readonly StarterEvent[] }[];
  }[];
}

export type StarterEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly last_affected: string };

/** The ecosystems of the set; each has a file of its name in `starter/`. */
export const starterEcosystems = [
  'Alpine',
  'Debian',
  'Go',
  'Maven',
  'NuGet',
  'Packagist',
  'PyPI',
  'RubyGems',
  'crates.io',
  'npm',
] as const;

const distributions: ReadonlySet<string> = new Set(['Alpine', 'Debian']);
const semverRanges: ReadonlySet<string> = new Set(['Go', 'crates.io', 'npm']);

/** What a line of a starter file says. See starter/README.md. */
interface StarterLine {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream?: readonly string[];
  readonly title?: string;
  readonly affected: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly cvss?: readonly string[];
  readonly published?: string;
}

/** The starter set as OSV records, file by file in the order of their lines. Throws ADVISORY_INVALID for a file that was damaged. */
export function* starterRecords(): Iterable<StarterRecord> {
  for (const ecosystem of starterEcosystems) {
    const [first = '', ...rest] = readLines(ecosystem);
    const { asOf } = readLine<{ asOf: string }>(first, ecosystem, 1);
    for (const [i, line] of rest.entries()) {
      yield toRecord(readLine<StarterLine>(line, ecosystem, i + 2), ecosystem, asOf);
    }
  }
}

function readLines(ecosystem: string): string[] {
  return readFileSync(new URL(`../starter/${ecosystem}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
}

/** The shape is ours: starter.test.ts holds every line of every file to it. */
function readLine<Shape>(line: string, ecosystem: string, number: number): Shape {
  try {
    return JSON.parse(line) as Shape;
  } catch (cause) {
    throw new AssayError('ADVISORY_INVALID', `starter/${ecosystem}.jsonl, line ${number} is not JSON`, { cause });
  }
}

function toRecord(line: StarterLine, ecosystem: string, modified: string): StarterRecord {
  return {
    schema_version: '1.7.0',
    id: line.id,
    aliases: line.aliases,
    ...(line.upstream === undefined ? {} : { upstream: line.upstream }),
    ...(line.title === undefined ? {} : { summary: line.title }),
    ...(line.published === undefined ? {} : { published: line.published }),
    modified,
    severity: (line.cvss ?? []).map((score) => ({ type: score.startsWith('CVSS:4') ? 'CVSS_V4' : 'CVSS_V3', score })),
    affected: Object.entries(line.affected).map(([key, pairs]) => ({
      package: toPackage(key, ecosystem),
      ranges: [{ type: semverRanges.has(ecosystem) ? 'SEMVER' : 'ECOSYSTEM', events: pairs.flatMap(toEvents) }],
    })),
  };
}

/** Distributions write the release before the name: `12 openssl` is openssl of `Debian:12`. */
function toPackage(key: string, ecosystem: string): { readonly ecosystem: string; readonly name: string } {
  if (!distributions.has(ecosystem)) return { ecosystem, name: key };
  const space = key.indexOf(' ');
  return { ecosystem: `${ecosystem}:${key.slice(0, space)}`, name: key.slice(space + 1) };
}

/** `[introduced]`, `[introduced, fixed]` or `[introduced, "<=", last]`. */
function toEvents([introduced = '0', fixed, last]: readonly string[]): StarterEvent[] {
  if (fixed === undefined) return [{ introduced }];
  if (fixed === '<=' && last !== undefined) return [{ introduced }, { last_affected: last }];
  return [{ introduced }, { fixed }];
}
