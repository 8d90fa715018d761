/** A span of a module's text. Rows and columns count from 1, columns in characters; offsets in UTF-16 units. */
export interface Location {
  readonly file: string;
  readonly row: number;
  readonly column: number;
  readonly offset: number;
  readonly end: number;
}
