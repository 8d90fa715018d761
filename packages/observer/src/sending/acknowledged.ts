import { createHash } from 'node:crypto';
import { type ConfigMap, configMaps, type KubeClient } from '@assay/kube';

/** Ids that are remembered. As text they take a third of what a ConfigMap may hold. */
const mostIds = 20_000;
const manager = 'amr-observer';

/** Which ConfigMap keeps them. */
export interface NotesPlace {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The ids of events that the store has acknowledged, kept in a ConfigMap, so that a restart sends nothing again. The oldest are forgotten first.
 * An id is kept as 64 bits of its hash: that two of twenty thousand agree has a chance of one in ten thousand million.
 */
export class Acknowledged {
  readonly #client: KubeClient;
  readonly #place: NotesPlace;
  readonly #marks = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(client: KubeClient, place: NotesPlace) {
    this.#client = client;
    this.#place = place;
  }

  /** Reads what an earlier life has written. */
  async load(signal: AbortSignal): Promise<void> {
    const notes = await this.#client.get(configMaps, this.#place, { signal });
    for (const mark of (notes?.data?.marks ?? '').split('\n')) if (/^[0-9a-f]{16}$/.test(mark)) this.#marks.add(mark);
  }

  get size(): number {
    return this.#marks.size;
  }

  has(id: string): boolean {
    return this.#marks.has(markOf(id));
  }

  /** Remembers ids. Resolves when they are written: a kill before that may lead to one repeat, with the same id. */
  add(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const mark = markOf(id);
      this.#marks.delete(mark);
      this.#marks.add(mark);
    }
    for (const oldest of this.#marks) {
      if (this.#marks.size <= mostIds) break;
      this.#marks.delete(oldest);
    }
    // One write at a time, each with everything known by then.
    const next = this.#writing.catch(() => undefined).then(() => this.#write());
    this.#writing = next;
    return next;
  }

  async #write(): Promise<void> {
    const { namespace, name } = this.#place;
    const notes: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      data: { marks: [...this.#marks].join('\n') },
    };
    await this.#client.apply(configMaps, notes, { fieldManager: manager, force: true });
  }
}

function markOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}
