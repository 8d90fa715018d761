import type { Digest, Rejected } from '@assay/contract';

/** What is known of a file before its bytes are seen. */
export interface FileHeader {
  /** `/`-separated, no leading slash, no `.` or `..`; what the archive said is cleaned before anyone sees it. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

/** Takes one file's bytes as they stream by and keeps only what its cataloguer needs of them. */
export interface FileReader<T> {
  /**
   * True promises that nothing of a chunk is kept, not even a slice, once `write` has returned: its memory is then given back at once
   * and reads as empty. For readers of large files, which decide how much memory an image needs.
   */
  readonly copies?: boolean;
  /** Called with the file's bytes in order. Without `copies` the chunk may be kept (it is not reused), but keeping a slice keeps its whole buffer: copy small parts. */
  write(chunk: Uint8Array): void;
  /** Called once after the last byte. `SecondLook` asks for parts of the file again; the reader is then fed those. */
  end(): T | undefined | SecondLook<T>;
}

/** Parts of a file that turned out to matter only after they went by: the layer is read once more for all such parts. */
export interface SecondLook<T> {
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
  /** Called with the bytes of each range, in the order of `ranges`; a range past the end is shorter. */
  readonly then: (parts: readonly Uint8Array[]) => T | undefined;
}

/** Whether a reader's answer is a wish for a second look. */
export function isSecondLook<T>(answer: T | undefined | SecondLook<T>): answer is SecondLook<T> {
  return typeof answer === 'object' && answer !== null && 'ranges' in answer && 'then' in answer;
}

/** Which files matter, decided file by file. Everything else streams past unread. */
export interface FileSelector<T> {
  /** Called for every regular file and link, with its path alone. A reader takes the file whole. Must be fast: images have a million files. */
  byPath(file: FileHeader): FileReader<T> | undefined;
  /** Called for regular files that `byPath` let go, with the first bytes (all of them for a file under 64 bytes, else at least 64): finds binaries by their magic. */
  byHead(file: FileHeader, head: Uint8Array): FileReader<T> | undefined;
  /** Few paths of files that are wanted wherever links of folders lead: `var/lib/dpkg/status` where `var/lib/dpkg` is a link. Given to `byPath` once found. */
  readonly places?: readonly string[];
}

/** One file that is visible in the image and was read. */
export interface SelectedFile<T> {
  readonly path: string;
  readonly size: number;
  /** The layer it is in, as the manifest names it; absent in a folder. */
  readonly layer?: Digest;
  readonly value: T;
}

/** The read-only view of an image or folder: only what the selector asked for. */
export interface FileView<T> {
  /** Sorted by path, each path once. */
  readonly files: readonly SelectedFile<T>[];
  /** Files that were asked for and could not be read (a reader threw, a link loops, an entry is unsafe), with why. */
  readonly rejected: readonly Rejected[];
  /** Every entry seen, in all layers. */
  readonly entries: number;
}
