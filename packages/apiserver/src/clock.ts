/** Time as a port, so that a simulation owns it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `then` after `ms` milliseconds; the result cancels it. */
  after(ms: number, then: () => void): () => void;
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, Math.min(ms, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A time as the API writes it: whole seconds, UTC. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A random UUID (version 4) out of a source of numbers in [0, 1). */
export function uuid(random: () => number): string {
  let hex = '';
  for (let i = 0; i < 4; i += 1)
    hex += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

// The alphabet of generated names: no vowels and no digits that look like letters.
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `base` and five random characters; the base is cut so that the whole has at most 63. */
export function generatedName(base: string, random: () => number): string {
  let suffix = '';
  for (let i = 0; i < 5; i += 1) suffix += nameAlphabet.charAt(Math.floor(random() * nameAlphabet.length));
  return base.slice(0, 58) + suffix;
}
