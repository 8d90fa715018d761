import type { Notice } from '@assay/contract';
import type { Asked } from './queries.ts';

/** Counts what could not be checked, and says so. */
export class Tally {
  readonly #noData = new Map<string, number>();
  readonly #notCovered = new Map<string, number>();
  #withoutPurl = 0;
  #distroUnknown = 0;
  #unreadable = 0;
  #skippedRanges = 0;

  countNotChecked(asked: Exclude<Asked, { kind: 'queries' | 'no-purl' | 'bad-purl' }>): void {
    if (asked.kind === 'distro-unknown') this.#distroUnknown++;
    else count(asked.kind === 'no-data' ? this.#noData : this.#notCovered, asked.what);
  }

  countWithoutPurl(): void {
    this.#withoutPurl++;
  }

  countUnreadable(): void {
    this.#unreadable++;
  }

  countSkippedRanges(ranges: number): void {
    this.#skippedRanges += ranges;
  }

  notices(): readonly Notice[] {
    const out: Notice[] = [];
    const warn = (code: Notice['code'], message: string): void => {
      out.push({ code, level: 'warning', message });
    };
    for (const [what, packages] of sorted(this.#notCovered)) {
      warn('DISTRO_NOT_COVERED', `the vulnerability data does not cover ${what}: ${were(packages)} not checked`);
    }
    if (this.#distroUnknown > 0) {
      warn('DISTRO_UNKNOWN', `nothing says which distribution this is: ${were(this.#distroUnknown)} not checked`);
    }
    for (const [what, packages] of sorted(this.#noData)) {
      warn('NO_DATA_FOR_ECOSYSTEM', `the vulnerability data holds nothing for ${what}: ${were(packages)} not checked`);
    }
    if (this.#withoutPurl > 0) {
      warn(
        'NO_DATA_FOR_ECOSYSTEM',
        `without a package URL nothing can be looked up: ${were(this.#withoutPurl)} not checked`,
      );
    }
    if (this.#unreadable > 0) {
      const whose =
        this.#unreadable === 1 ? 'the version of 1 package' : `the versions of ${this.#unreadable} packages`;
      warn('VERSION_UNREADABLE', `${whose} could not be read, so known advisories on them are undecided`);
    }
    if (this.#skippedRanges > 0) {
      const ranges = this.#skippedRanges === 1 ? '1 advisory' : `${this.#skippedRanges} advisories`;
      warn(
        'RANGES_SKIPPED',
        `${ranges} on packages here could not be compared: they name commits, or versions that cannot be read`,
      );
    }
    return out;
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function were(packages: number): string {
  return packages === 1 ? '1 package was' : `${packages} packages were`;
}
