/** Elements that hold one line of text. Source: CycloneDX XSD, `xs:normalizedString` and `xs:token`. */
const names = new Set([
  ...['name', 'version', 'group', 'publisher', 'author', 'vendor', 'expression', 'id', 'cpe', 'purl', 'ref', 'url'],
]);

/** The text of an element as its type has it: where it is one line, breaks and indentation are one space. */
export function toElementText(name: string, text: string): string {
  const trimmed = text.trim();
  return names.has(name) && /[\t\n\r]/.test(trimmed) ? trimmed.replace(/ *[\t\n\r][\t\n\r ]*/g, ' ') : trimmed;
}
