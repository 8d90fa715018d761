const utf8 = new TextDecoder('utf-8');

/**
 * The text of a file written by people and tools on any system: a byte order mark decides between UTF-8 and the UTF-16
 * that PowerShell's `>` writes; bytes that are no UTF-8 become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return utf8.decode(bytes);
}

/** The lines of a text, whatever ends them: LF, CR LF or a lone CR. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}
