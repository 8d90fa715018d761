/** One observed aspect of a resource. Source: Kubernetes API conventions, "Typical status properties". */
export interface Condition<Type extends string = string, Reason extends string = string> {
  readonly type: Type;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
  /** RFC 3339; moves only when `status` moves. */
  readonly lastTransitionTime: string;
}

/** Replaces the condition of the same type. Sorted by type, so that an unchanged status is equal byte for byte. */
export function withCondition<C extends Condition>(
  all: readonly C[],
  next: Omit<C, 'lastTransitionTime'>,
  now: Date,
): readonly C[] {
  const before = all.find((c) => c.type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : now.toISOString();
  // Omit<C, K> & Record<K, …> is C again, which TypeScript cannot see for a generic C.
  const settled = { ...next, lastTransitionTime } as unknown as C;
  return [...all.filter((c) => c.type !== next.type), settled].sort((a, b) => (a.type < b.type ? -1 : 1));
}
