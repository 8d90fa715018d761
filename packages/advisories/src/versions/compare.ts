import { apk } from './apk.ts';
import { composer } from './composer.ts';
import { deb, opam } from './deb.ts';
import { gem } from './gem.ts';
import { generic } from './generic.ts';
import { go } from './go.ts';
import { maven } from './maven.ts';
import { nuget } from './nuget.ts';
import { cran, hackage } from './numbers.ts';
import type { OrderRules } from './order.ts';
import { pep440 } from './pep440.ts';
import { rpm } from './rpm.ts';
import { pub, semver } from './semver.ts';

/** The ways of ordering versions that this product knows. `hex` is semver, `pub` is semver with build metadata. */
export type VersionOrder = keyof typeof orders;

const orders = {
  deb: erase(deb),
  rpm: erase(rpm),
  apk: erase(apk),
  pep440: erase(pep440),
  semver: erase(semver),
  maven: erase(maven),
  go: erase(go),
  gem: erase(gem),
  nuget: erase(nuget),
  composer: erase(composer),
  hex: erase(semver),
  pub: erase(pub),
  cran: erase(cran),
  hackage: erase(hackage),
  opam: erase(opam),
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
  return compareTo(recallVersion(order, a), recallVersion(order, b));
}

/** Whether the order can read the text. */
export function isVersion(order: VersionOrder, text: string): boolean {
  return recallVersion(order, text).readable;
}

/** Whether the text names an order. */
export function isVersionOrder(text: string): text is VersionOrder {
  return Object.hasOwn(orders, text);
}

/** As `prepareVersion`, remembering versions read lately: records name the same fixes over and over. */
export function recallVersion(order: VersionOrder, text: string): PreparedVersion {
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
