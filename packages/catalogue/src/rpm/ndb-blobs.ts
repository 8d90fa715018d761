import { AssayError } from '@assay/contract';

/** Numbers as the file writes them, little-endian: `RpmP`, `Slot`, `BlbS`. Source: rpm's lib/backend/ndb/rpmpkg.c. */
const headerMagic = 0x506d7052;
const slotMagic = 0x746f6c53;
const blobMagic = 0x53626c42;
const pageSize = 4096;
const slotSize = 16;
const blockSize = 16;
const maxSlotPages = 2048;

/** The packages' headers in a database of SUSE's kind, `Packages.db`. Throws FILE_UNREADABLE. */
export function* ndbBlobs(file: Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < pageSize || bytes.readUInt32LE(0) !== headerMagic) throw damaged('it is no ndb database');
  if (bytes.readUInt32LE(4) !== 0) throw damaged(`it is of version ${bytes.readUInt32LE(4)}`);
  const pages = bytes.readUInt32LE(12);
  if (pages > maxSlotPages || pages * pageSize > bytes.length) throw damaged('its table is larger than the file');
  let taken = 0;
  // The header takes the place of the first two slots.
  for (let at = 2 * slotSize; at < pages * pageSize; at += slotSize) {
    if (bytes.readUInt32LE(at) !== slotMagic) throw damaged(`byte ${at} is no slot`);
    const index = bytes.readUInt32LE(at + 4);
    const start = bytes.readUInt32LE(at + 8) * blockSize;
    if (index === 0 || start === 0) continue; // free
    if (
      start + blockSize > bytes.length ||
      bytes.readUInt32LE(start) !== blobMagic ||
      bytes.readUInt32LE(start + 4) !== index
    ) {
      throw damaged(`package ${index} is not where it should be`);
    }
    const length = bytes.readUInt32LE(start + 12);
    taken += length;
    // Each byte belongs to one package: more is a file that names the same bytes many times.
    if (start + blockSize + length > bytes.length || taken > bytes.length) throw damaged(`package ${index} is cut`);
    yield bytes.subarray(start + blockSize, start + blockSize + length);
  }
}

function damaged(why: string): AssayError {
  return new AssayError('FILE_UNREADABLE', `the package database cannot be read: ${why}`);
}
