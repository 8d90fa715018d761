/** An element with all that is in it. */
export interface XmlElement {
  /** Namespace; `''` for none. */
  readonly namespace: string;
  /** Name without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, trimmed: writers indent it. */
  readonly text: string;
  /** Line where its start tag ends. */
  readonly line: number;
}

/** The attribute of that name, not empty. */
export function findAttribute(element: Pick<XmlElement, 'attributes'>, name: string): string | undefined {
  return Object.hasOwn(element.attributes, name) && element.attributes[name] !== ''
    ? element.attributes[name]
    : undefined;
}
