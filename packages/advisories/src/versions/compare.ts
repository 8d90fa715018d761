import { generic } from './generic.ts';
import type { OrderRules } from './order.ts';

/** The ways of ordering versions that this product knows. `hex` and `pub` are semver as those registries read it. */
export type VersionOrder = keyof typeof orders;

const orders = {
  deb: erase(generic),
  rpm: erase(generic),
  apk: erase(generic),
  pacman: erase(generic),
  pep440: erase(generic),
  semver: erase(generic),
  maven: erase(generic),
  go: erase(generic),
  gem: erase(generic),
  nuget: erase(generic),
  composer: erase(generic),
  hex: erase(generic),
  pub: erase(generic),
  cran: erase(generic),
  hackage: erase(generic),
  opam: erase(generic),
  generic: erase(generic),
} as const satisfies Record<string, OrderRules<unknown>>;

/** A version read once, to be compared often. Compare only versions of the same order. */
export interface PreparedVersion {
  readonly order: VersionOrder;
  /** As it was given. */
  readonly text: string;
  /** Whether the order could read the text. */
  readonly readable: boolean;
  /** What the order made of the text: its own business. */
  readonly key: unknown;
}

/** Reads a version once. Never throws: an unreadable one says so in `readable` and still has a place (see `compareTo`). */
export function prepareVersion(order: VersionOrder, text: string): PreparedVersion {
  const key = orders[order].read(text.trim());
  return key === undefined
    ? { order, text, readable: false, key: generic.read(text) ?? [] }
    : { order, text, readable: true, key };
}

/**
 * Negative when `a` is older than `b`, 0 when equal, positive when newer. A total order that never throws:
 * what the order cannot read is older than everything it can, and unreadable versions stand among themselves in the generic order,
 * then by their text. Callers that must not guess ask `readable` (or `isVersion`) first.
 */
export function compareTo(a: PreparedVersion, b: PreparedVersion): number {
  if (a.readable && b.readable) return orders[a.order].compare(a.key, b.key);
  if (a.readable !== b.readable) return a.readable ? 1 : -1;
  // An unreadable version's key is always the generic one, see prepareVersion.
  const difference = generic.compare(a.key as readonly string[], b.key as readonly string[]);
  return difference !== 0 ? difference : a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}

const recent = new Map<string, PreparedVersion>();
const recentMost = 4096;

/** Compares two texts, see `compareTo`. Versions read lately are remembered; for the hottest loops use `prepareVersion` yourself. */
export function compareVersions(order: VersionOrder, a: string, b: string): number {
  return compareTo(recall(order, a), recall(order, b));
}

/** Whether the order can read the text. */
export function isVersion(order: VersionOrder, text: string): boolean {
  return recall(order, text).readable;
}

/** Whether the text names an order. */
export function isVersionOrder(text: string): text is VersionOrder {
  return Object.hasOwn(orders, text);
}

function recall(order: VersionOrder, text: string): PreparedVersion {
  if (text.length > 200) return prepareVersion(order, text);
  const name = `${order} ${text}`;
  const known = recent.get(name);
  if (known !== undefined) return known;
  if (recent.size >= recentMost) recent.clear();
  const made = prepareVersion(order, text);
  recent.set(name, made);
  return made;
}

/** Forgets the type of an order's key: a key is only ever given back to the order that made it, see compareTo. */
function erase<Key>(rules: OrderRules<Key>): OrderRules<unknown> {
  return rules as unknown as OrderRules<unknown>;
}

export { findOrder } from './ecosystem.ts';
