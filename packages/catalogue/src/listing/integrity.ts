/**
 * The hashes of a Subresource Integrity text such as `sha512-BASE64` (several are separated by spaces), algorithm to hex.
 * What is no such text is left out. Source: W3C Subresource Integrity, "integrity-metadata".
 */
export function hashesOfIntegrity(integrity: string | undefined): Record<string, string> {
  const out: Record<string, string> = {};
  for (const word of (integrity ?? '').split(/\s+/)) {
    const match = /^(md5|sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]+)/.exec(word);
    if (match?.[1] !== undefined && match[2] !== undefined)
      out[match[1]] = Buffer.from(match[2], 'base64').toString('hex');
  }
  return out;
}
