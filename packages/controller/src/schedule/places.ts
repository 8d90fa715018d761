/** Why a place is taken: any of these is enough. */
interface Place {
  readonly namespace: string;
  /** Given to a scan whose run is being made, or is not seen yet. */
  isReserved: boolean;
  /** The run has not ended. */
  hasRun: boolean;
  /** Pods of the run that have not ended. */
  readonly pods: Set<string>;
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

  /** A run was seen. From now on it holds its place itself. */
  sawRun(key: string, isActive: boolean): void {
    if (!isActive && !this.#places.has(key)) return;
    const place = this.#place(key);
    place.hasRun = isActive;
    this.unreserve(key);
  }

  sawPod(key: string, pod: string, isActive: boolean): void {
    if (isActive) this.#place(key).pods.add(pod);
    else this.#change(key, ({ pods }) => pods.delete(pod));
  }

  #place(key: string): Place {
    const before = this.#places.get(key);
    if (before !== undefined) return before;
    const namespace = key.slice(0, key.indexOf('/'));
    const place: Place = { namespace, isReserved: false, hasRun: false, pods: new Set() };
    this.#places.set(key, place);
    this.#perNamespace.set(namespace, this.activeIn(namespace) + 1);
    return place;
  }

  #change(key: string, change: (place: Place) => unknown): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    change(place);
    if (place.isReserved || place.hasRun || place.pods.size > 0) return;
    this.#places.delete(key);
    const left = this.activeIn(place.namespace) - 1;
    if (left > 0) this.#perNamespace.set(place.namespace, left);
    else this.#perNamespace.delete(place.namespace);
  }
}
