/** No white space, no `<>"{}|\^` and backquote, escapes whole. Source: RFC 3987 §2.2. */
export function isIriReference(text: string): boolean {
  if (/[\u0000-\u0020<>"{}|\\^`\u007f]/u.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false;
  // A colon before the first slash ends a scheme, which is letters; and a fragment has no second `#`.
  const scheme = /^([^/?#:]*):/.exec(text)?.[1];
  return (scheme === undefined || /^[a-z][a-z0-9+.-]*$/i.test(scheme)) && text.split('#').length <= 2;
}
