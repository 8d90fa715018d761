/**
 * How one ecosystem orders its versions. `read` answers `undefined` for what the ecosystem cannot read and never throws;
 * `compare` is a total order over keys. Both are linear in the length of the text.
 */
export interface OrderRules<Key> {
  readonly read: (text: string) => Key | undefined;
  /** Negative when `a` is older, 0 when equal, positive when newer. */
  readonly compare: (a: Key, b: Key) => number;
}
