/** One place where a document breaks its specification. */
export interface Problem {
  /** JSON pointer, `line N`, or `/` for the whole document. */
  readonly at: string;
  readonly why: string;
}
