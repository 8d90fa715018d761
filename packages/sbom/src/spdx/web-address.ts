/** The text when it is an address of the web. */
export function findWebAddress(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 2_000 && /^https?:\/\/[^\s<>"]+$/i.test(text) ? text : undefined;
}
