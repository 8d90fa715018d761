/** What happens to a scan, told when it is made. */
export const fates = {
  /** The scanner does its work. */
  good: 700,
  scannerFails: 70,
  /** The first attempt is evicted, the second goes well. */
  evictedOnce: 60,
  evictedAlways: 15,
  nodeLost: 30,
  /** Tekton never makes the pod. */
  neverStarts: 10,
  /** The scanner never ends, and Tekton does not notice. */
  neverEnds: 5,
  /** It says that it published, and names no digest. */
  noDigest: 10,
  /** The account is not there, and never comes. */
  noAccount: 5,
  /** Somebody else's object has the name of the run. */
  nameTaken: 5,
  /** Removed by a person while it waits or runs. */
  deleted: 20,
  /** Removed, and made again under the same name at once. */
  remade: 20,
  /** Removed, but its run was left behind. */
  orphaned: 10,
  /** Marked as deleted, and held by somebody's finalizer. */
  held: 10,
  /** Its run is tidied away as soon as it has ended. */
  pruned: 20,
  /** As good, with three tasks. */
  compatibility: 10,
} as const;

export type Fate = keyof typeof fates;

/** The reasons of the Succeeded condition that are right for a fate; empty for scans that are removed before they end. */
export const rightEnds: Readonly<Record<Fate, readonly string[]>> = {
  good: ['Succeeded'],
  scannerFails: ['ScannerFailed'],
  evictedOnce: ['Succeeded'],
  evictedAlways: ['Evicted'],
  nodeLost: ['Succeeded'],
  neverStarts: ['StartTimedOut'],
  neverEnds: ['TimedOut'],
  noDigest: ['PublishFailed'],
  noAccount: ['ServiceAccountMissing'],
  nameTaken: ['RunRefused'],
  deleted: ['Succeeded'],
  remade: ['Succeeded'],
  orphaned: ['Succeeded'],
  held: ['Succeeded'],
  // Tidied away before anybody looked: that is then all that can be said.
  pruned: ['Succeeded', 'RunDeleted'],
  compatibility: ['Succeeded'],
};

/** Runs that a fate may need. */
export const mostRuns: Readonly<Partial<Record<Fate, number>>> = { evictedOnce: 2, nodeLost: 2, evictedAlways: 3 };
