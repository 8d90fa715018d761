import { AssayError, type Distro, type Package, type Rejected } from '@assay/contract';
import type { FileHeader, FileReader, SelectedFile } from '@assay/image';

/** What is being catalogued: an image's finished file system, or a folder of sources. Lock files count in folders only. */
export type TargetKind = 'image' | 'directory';

/** What a cataloguer may know besides its own files. */
export interface CatalogueContext {
  readonly distro?: Distro;
  /** `12.15` where `distro.version` says `12`: what purls name. */
  readonly pointRelease?: string;
  readonly targetKind: TargetKind;
}

/** The answer of a cataloguer: what is installed, and what could not be understood. */
export interface Catalogued {
  readonly packages: readonly Package[];
  readonly rejected: readonly Rejected[];
}

/**
 * Finds the packages of one ecosystem. One folder per cataloguer with a file `cataloguer.ts`; the folder's name is the id.
 * `Found` is what one file told: already parsed, plain data, as small as the packages need.
 *
 * `select` is called only for files that `files` names, so that a million other files cost one table look-up each.
 */
export interface Cataloguer<Found = unknown> {
  readonly id: string;
  /** Bumped whenever its answers change: part of the key of cached SBOMs. */
  readonly version: number;
  /** Names that may be of interest; `select` then decides. */
  readonly files?: FileInterest;
  /** Paths that are wanted wherever links of folders lead, such as `var/lib/dpkg/status`; `select` still decides. Images only. */
  readonly places?: readonly string[];
  /** The reader of a file that `files` named, or `undefined`. Looks at path, size and kind only. */
  select?(file: FileHeader, kind: TargetKind): FileReader<Found> | undefined;
  /** The reader of a file, told by its first bytes (all of a file under 64 bytes, else at least 64). Called for every file nobody chose by name: looks at the magic first. */
  selectByHead?(file: FileHeader, head: Uint8Array, kind: TargetKind): FileReader<Found> | undefined;
  /** The packages of all visible files this cataloguer read. Pure: same files, same answer. Never throws for what is in the files. */
  packages(found: readonly SelectedFile<Found>[], context: CatalogueContext): Catalogued;
}

/** Names of files, looked up in tables. A file is offered to `select` when any of the three fits. */
export interface FileInterest {
  /** Whole last segments, case as written: `package-lock.json`. */
  readonly baseNames?: readonly string[];
  /** What follows the last dot of the last segment, lower case, no dot; the file's may be in any case: `jar`. */
  readonly extensions?: readonly string[];
  /** Name of the folder that holds the file: `status.d`. */
  readonly folders?: readonly string[];
}

/**
 * Keeps a whole file of at most `limit` bytes and parses it at its end. A longer one is refused at once with LIMIT_EXCEEDED;
 * what `parse` throws (an AssayError) becomes the file's rejection.
 */
export function wholeFile<T>(
  file: FileHeader,
  limit: number,
  parse: (bytes: Uint8Array, file: FileHeader) => T | undefined,
): FileReader<T> {
  let kept: Uint8Array = new Uint8Array(0);
  let size = 0;
  return {
    write(chunk) {
      const start = size;
      size += chunk.length;
      if (size > limit) throw new AssayError('LIMIT_EXCEEDED', `the file is over the limit of ${limit} bytes`);
      if (start === 0 && size >= file.size) {
        kept = chunk; // the whole file in one piece: nothing to copy
        return;
      }
      // A link is met without the size of what it leads to: then the buffer grows.
      if (start === 0 || size > kept.length) kept = grown(kept, start, Math.max(size, file.size), limit);
      kept.set(chunk, start);
    },
    end() {
      const bytes = kept.subarray(0, size);
      kept = new Uint8Array(0);
      return parse(bytes, file);
    },
  };
}

/** A larger buffer with the same first bytes. The memory of what is never written is never touched. */
function grown(kept: Uint8Array, used: number, wanted: number, limit: number): Uint8Array {
  const larger = Buffer.allocUnsafeSlow(Math.min(limit, Math.max(wanted, 2 * used)));
  larger.set(kept.subarray(0, used));
  return larger;
}
