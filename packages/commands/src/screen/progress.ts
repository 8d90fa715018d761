import type { Watch } from '@assay/local';
import type { SingleBar } from 'cli-progress';
import type { World } from '../world.ts';

type Step = Parameters<Watch['progress']>[0];

/** Work that is done sooner shows nothing: no flicker. */
const patienceMs = 400;
const lineEveryMs = 5000;

/** Tells on stderr how long work goes: a bar on a terminal, a line now and then elsewhere, nothing with `--quiet`. */
export class Progress implements Watch {
  readonly signal: AbortSignal;
  readonly #world: World;
  readonly #quiet: boolean;
  readonly #began: number;
  #lastLine = 0;
  #what = '';
  #bar: SingleBar | undefined;
  #loading: Promise<void> | undefined;
  #latest: Step | undefined;
  #ended = false;

  constructor(world: World, quiet: boolean) {
    this.signal = world.signal;
    this.#world = world;
    this.#quiet = quiet;
    this.#began = world.now().getTime();
  }

  progress(step: Step): void {
    this.signal.throwIfAborted();
    if (this.#quiet || this.#ended) return;
    const elapsed = this.#world.now().getTime() - this.#began;
    if (elapsed < patienceMs) return;
    if (this.#world.stderr.isTerminal) this.#show(step);
    else this.#line(step, elapsed);
  }

  /** Takes the bar away. Called before anything else is printed. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#loading;
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #line(step: Step, elapsed: number): void {
    if (step.what === this.#what && elapsed - this.#lastLine < lineEveryMs) return;
    this.#what = step.what;
    this.#lastLine = elapsed;
    // Progress may be lost: nobody waits for it.
    void this.#world.stderr.write(`assay: ${inWords(step)}\n`);
  }

  #show(step: Step): void {
    this.#latest = step;
    this.#loading ??= this.#load();
    this.#bar?.update(share(step), { what: inWords(step) });
  }

  async #load(): Promise<void> {
    const { SingleBar } = await import('cli-progress');
    if (this.#ended) return;
    const bar = new SingleBar({
      stream: process.stderr,
      format: this.#world.stderr.columns >= 60 ? ' {bar} {what}' : ' {what}',
      barsize: 24,
      barCompleteChar: '━',
      barIncompleteChar: '─',
      hideCursor: true,
      clearOnComplete: true,
      noTTYOutput: false,
      gracefulExit: false,
    });
    bar.start(100, this.#latest === undefined ? 0 : share(this.#latest), {
      what: this.#latest === undefined ? '' : inWords(this.#latest),
    });
    this.#bar = bar;
  }
}

function share({ done, total }: Step): number {
  return done === undefined || total === undefined || total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
}

function inWords({ what, done, total, unit }: Step): string {
  if (done === undefined) return what;
  const amount = unit === 'bytes' ? megabytes(done) : done.toLocaleString('en-US');
  const whole =
    total === undefined || total === 0
      ? ''
      : ` of ${unit === 'bytes' ? megabytes(total) : total.toLocaleString('en-US')}`;
  return `${what}: ${amount}${whole}${unit === undefined || unit === 'bytes' ? '' : ` ${unit}`}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
