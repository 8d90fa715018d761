import { type Urgency, urgencies } from '../request/scan-object.ts';

/** A scan that waits for a place. */
export interface Waiting {
  readonly key: string;
  readonly namespace: string;
  readonly urgency: Urgency;
  /** Milliseconds since the epoch; equal times are ordered by key. */
  readonly createdAt: number;
}

/** The heads of one namespace's lines. */
export interface NamespaceLine {
  readonly namespace: string;
  /** Places it holds now. */
  readonly active: number;
  /** The oldest waiting scan of each urgency. */
  readonly heads: Readonly<Partial<Record<Urgency, Waiting>>>;
}

/**
 * Who is admitted next: the most urgent kind; of that, the namespace that holds the fewest places (then the one whose scan waits longest); of that, the
 * oldest scan. Undefined when nobody waits. `cap` 0 is no limit; at the cap nobody is admitted.
 */
export function admitNext(lines: Iterable<NamespaceLine>, active: number, cap: number): Waiting | undefined {
  if (cap > 0 && active >= cap) return undefined;
  const all = [...lines];
  for (const urgency of urgencies) {
    let best: { readonly head: Waiting; readonly active: number } | undefined;
    for (const line of all) {
      const head = line.heads[urgency];
      if (head !== undefined && (best === undefined || comesBefore({ head, active: line.active }, best)))
        best = { head, active: line.active };
    }
    if (best !== undefined) return best.head;
  }
  return undefined;
}

function comesBefore(
  a: { readonly head: Waiting; readonly active: number },
  b: { readonly head: Waiting; readonly active: number },
): boolean {
  return a.active !== b.active ? a.active < b.active : isOlder(a.head, b.head);
}

/** First come, first served. */
export function isOlder(a: Waiting, b: Waiting): boolean {
  return a.createdAt !== b.createdAt ? a.createdAt < b.createdAt : a.key < b.key;
}
