/**
 * What a terminal, a log or a reader's eye could be fooled with: control characters (escape sequences begin with one), characters
 * that turn the direction of writing or are not seen, line and paragraph separators, lone surrogates, and what Unicode has not assigned.
 * Source: Unicode, general categories Cc, Cf, Zl, Zp, Cs, Co, Cn; UTR 36 "Bidirectional Text Spoofing".
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;
const unsafeAll = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** Makes a text from outside safe to show on one line: white space becomes a blank, everything unseen is spelled out as `\u{…}`. */
export function plainText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) || !unsafe.test(text)) return text;
  return text.replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ').replace(unsafeAll, spelled);
}

/** The same, keeping line ends: for texts of several lines. */
export function plainLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(plainText)
    .join('\n');
}

function spelled(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
