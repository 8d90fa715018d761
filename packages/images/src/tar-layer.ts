import { complete, type FileTree, type TreeEntry } from './file-tree.ts';

const block = 512;
const typeFlags = { file: '0', link: '2', folder: '5' } as const;
/** Bytes of a name that fits into the header itself. Source: POSIX.1-2017 pax, "ustar Interchange Format". */
const nameLimit = 100;

/**
 * The layer's tar: entries in byte order of their paths, no times, numeric owners, nothing of the machine it is made on. The same tree
 * gives the same bytes. In pieces, since a program may have a hundred megabytes.
 */
export function* tarLayer(tree: FileTree): Generator<Uint8Array> {
  for (const [path, entry] of complete(tree)) {
    const name = entry.type === 'folder' ? `${path}/` : path;
    const target = entry.type === 'link' ? entry.target : '';
    const records = [...longRecord('path', name), ...longRecord('linkpath', target)];
    if (records.length > 0) yield* extendedHeader(records);
    yield header(name, target, entry);
    if (entry.type !== 'file') continue;
    yield entry.content;
    yield padding(entry.content.byteLength);
  }
  yield Buffer.alloc(2 * block);
}

function header(name: string, target: string, entry: TreeEntry): Buffer {
  const size = entry.type === 'file' ? entry.content.byteLength : 0;
  const mode = entry.type === 'link' ? 0o777 : entry.mode & 0o1777;
  return headerBlock({ name, target, size, mode, type: typeFlags[entry.type], owner: entry.owner });
}

interface HeaderFields {
  readonly name: string;
  readonly target: string;
  readonly size: number;
  readonly mode: number;
  readonly type: string;
  readonly owner: TreeEntry['owner'];
}

function headerBlock({ name, target, size, mode, type, owner }: HeaderFields): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.set(Buffer.from(name).subarray(0, nameLimit), 0);
  bytes.write(octal(mode, 8), 100);
  bytes.write(octal(owner?.uid ?? 0, 8), 108);
  bytes.write(octal(owner?.gid ?? 0, 8), 116);
  bytes.write(octal(size, 12), 124);
  bytes.write(octal(0, 12), 136);
  bytes.fill(' ', 148, 156);
  bytes.write(type, 156, 'latin1');
  bytes.set(Buffer.from(target).subarray(0, nameLimit), 157);
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** Digits and an end mark, `width` bytes long. */
const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;

const padding = (length: number) => Buffer.alloc((block - (length % block)) % block);

function longRecord(key: string, value: string): readonly Buffer[] {
  if (Buffer.byteLength(value) <= nameLimit && /^[\x20-\x7e]*$/.test(value)) return [];
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return [Buffer.concat([Buffer.from(String(length)), rest])];
}

function extendedHeader(records: readonly Buffer[]): readonly Buffer[] {
  const body = Buffer.concat(records);
  const fields = { name: 'PaxHeaders/0', target: '', size: body.length, mode: 0o644, type: 'x', owner: undefined };
  return [headerBlock(fields), body, padding(body.length)];
}
