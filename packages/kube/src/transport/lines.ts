import { StringDecoder } from 'node:string_decoder';
import { tooLong } from './body.ts';

/** Characters of one line: one object and its event. Objects are at most about 3 MiB. */
const longestLine = 32 * 1024 * 1024;

/** Cuts bytes into lines; characters and lines may be split anywhere. What follows the last line feed is a line too; empty ones are left out. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array | string>, limit = longestLine): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    const text =
      typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = parts.join('') + text.slice(from, end);
      parts = [];
      length = 0;
      from = end + 1;
      if (line.trim() !== '') yield line;
    }
    const rest = text.slice(from);
    length += rest.length;
    if (length > limit) throw tooLong(`a line of a watch is longer than ${limit} characters`);
    if (rest !== '') parts.push(rest);
  }
  const last = parts.join('') + decoder.end();
  if (last.trim() !== '') yield last;
}
