/** Why a place is taken: any of these is enough. */
interface Place {
  readonly namespace: string;
  /** Given to a scan whose run is being made, or is not seen yet. */
  isReserved: boolean;
  /** The run has not ended. */
  hasRun: boolean;
  /** Pods of the run that have not ended. */
  readonly pods: Set<string>;
  /** A pod of the run was seen. */
  hadPod: boolean;
  /** The run has ended, but whether its pod has is still asked. */
  isDraining: boolean;
}

/**
 * Places that scans hold, each by the key of its run (`namespace/name`), which is known before the run is made. A place is held from the moment it is
 * given until the run has ended and its last pod has: so the cap is exact, whatever lags behind.
 */
export class Places {
  readonly #places = new Map<string, Place>();
  readonly #perNamespace = new Map<string, number>();

  get active(): number {
    return this.#places.size;
  }

  activeIn(namespace: string): number {
    return this.#perNamespace.get(namespace) ?? 0;
  }

  reserve(key: string): void {
    this.#place(key).isReserved = true;
  }

  /** Gives back what was reserved; a run or pod that is there keeps the place. */
  unreserve(key: string): void {
    this.#change(key, (place) => {
      place.isReserved = false;
    });
  }

  /**
   * A run was seen; from now on it holds its place itself. True when it has ended and no pod of it was ever seen: pods are told by another watch, which
   * may be behind. The place is then held until `drained`.
   */
  sawRun(key: string, isActive: boolean): boolean {
    const known = this.#places.get(key);
    if (known === undefined && !isActive) return false;
    const place = known ?? this.#place(key);
    const ends = place.hasRun || place.isReserved;
    place.hasRun = isActive;
    if (!isActive && ends && !place.hadPod) place.isDraining = true;
    this.unreserve(key);
    return place.isDraining;
  }

  /** The run is gone, or never was; the place is held until `drained`. */
  drain(key: string): void {
    this.#place(key).isDraining = true;
  }

  /** The API server itself says that no pod of the run is left. */
  drained(key: string): void {
    this.#change(key, (place) => {
      place.isDraining = false;
    });
  }

  sawPod(key: string, pod: string, isActive: boolean): void {
    if (isActive) {
      const place = this.#place(key);
      place.pods.add(pod);
      place.hadPod = true;
    } else {
      this.#change(key, (place) => {
        place.pods.delete(pod);
        place.hadPod = true;
      });
    }
  }

  #place(key: string): Place {
    const before = this.#places.get(key);
    if (before !== undefined) return before;
    const namespace = key.slice(0, key.indexOf('/'));
    const place: Place = {
      namespace,
      isReserved: false,
      hasRun: false,
      pods: new Set(),
      hadPod: false,
      isDraining: false,
    };
    this.#places.set(key, place);
    this.#perNamespace.set(namespace, this.activeIn(namespace) + 1);
    return place;
  }

  #change(key: string, change: (place: Place) => unknown): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    change(place);
    if (place.isReserved || place.hasRun || place.isDraining || place.pods.size > 0) return;
    this.#places.delete(key);
    const left = this.activeIn(place.namespace) - 1;
    if (left > 0) this.#perNamespace.set(place.namespace, left);
    else this.#perNamespace.delete(place.namespace);
  }
}
