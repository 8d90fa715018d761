/** Named, read-only bytes on this machine: a folder or the inside of an archive. Paths are `/`-separated and never leave it. */
export interface LocalFiles {
  /** In words, for messages. */
  readonly name: string;
  /** Bytes of the regular file; undefined when there is none of that name. Throws LAYOUT_INVALID for what must not be opened. */
  findSize(path: string): Promise<number | undefined>;
  /** The file's bytes from `offset` on, in large chunks that are not reused. Throws LAYOUT_INVALID when there is no such file. */
  read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
