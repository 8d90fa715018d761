/** What happened to one object of a store. A new object under an old name (another UID) is told as `deleted`, then `added`. */
export type Change<K> =
  | { readonly type: 'added'; readonly key: string; readonly object: K }
  | { readonly type: 'changed'; readonly key: string; readonly object: K; readonly before: K }
  | { readonly type: 'deleted'; readonly key: string; readonly object: K };

/** What is kept of the objects of one kind, by `namespace/name`. */
export interface Store<K> {
  readonly size: number;
  get(key: string): K | undefined;
  values(): IterableIterator<K>;
  keys(): IterableIterator<string>;
  /** Objects whose index has the value, in no order. An index that was not declared is a defect and throws. */
  by(index: string, value: string): readonly K[];
}

/** Name → the values an object is found under. */
export type Indexes<K> = Readonly<Record<string, (kept: K) => readonly string[]>>;
