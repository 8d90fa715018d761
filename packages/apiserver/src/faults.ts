import type { Verb } from './request.ts';

/** What a fault plan may look at. */
export interface FaultRequest {
  readonly verb: Verb | 'other';
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

/** A misbehaviour of the server for one request. */
export type Fault =
  /** The connection breaks before anything is done. */
  | { readonly is: 'reset' }
  /** The connection breaks after the write was done. */
  | { readonly is: 'lose-response' }
  /** An error answer, such as 429 or 500; nothing is done. */
  | { readonly is: 'status'; readonly code: number; readonly retryAfterSeconds?: number }
  /** The answer comes late. */
  | { readonly is: 'slow'; readonly ms: number }
  /** The request is accepted and never answered; on a watch, the stream stays open and says nothing. */
  | { readonly is: 'half-open' }
  /** 410: at once for a list, as an ERROR event after `after` events for a watch. */
  | { readonly is: 'expired'; readonly after?: number }
  /** A watch ends without a word after `after` events; `open` leaves the connection open and silent. */
  | { readonly is: 'drop-watch'; readonly after: number; readonly open: boolean };

/** Decides per request. Deterministic when its random source is. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

/** The switch of a server: set a plan, or undefined for a server that behaves. */
export interface FaultSwitch {
  plan: FaultPlan | undefined;
}

/** How a broken connection looks to a caller in process: the code is that of a socket error. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = 'ECONNRESET';

  constructor() {
    super('the connection was reset');
  }
}

/** The chances of each fault, from 0 to 1; what is left out never happens. */
export interface FaultRates {
  readonly reset?: number;
  readonly loseResponse?: number;
  readonly tooMany?: number;
  readonly serverError?: number;
  readonly slow?: number;
  readonly halfOpen?: number;
  readonly expired?: number;
  readonly dropWatch?: number;
}

/** A plan that rolls dice. Takes one number of `random` per request and one more for each fault it makes. */
export function randomFaults(random: () => number, rates: FaultRates): FaultPlan {
  const makers: readonly (readonly [number, (request: FaultRequest) => Fault | undefined])[] = [
    [rates.reset ?? 0, () => ({ is: 'reset' })],
    [rates.loseResponse ?? 0, ({ verb }) => (isWrite(verb) ? { is: 'lose-response' } : undefined)],
    [rates.tooMany ?? 0, () => ({ is: 'status', code: 429, retryAfterSeconds: 1 + Math.floor(random() * 3) })],
    [rates.serverError ?? 0, () => ({ is: 'status', code: 500 })],
    [rates.slow ?? 0, () => ({ is: 'slow', ms: Math.floor(random() * 5000) })],
    [rates.halfOpen ?? 0, () => ({ is: 'half-open' })],
    [rates.expired ?? 0, ({ verb }) => expiry(verb, random)],
    [
      rates.dropWatch ?? 0,
      ({ verb }) =>
        verb === 'watch' ? { is: 'drop-watch', after: Math.floor(random() * 20), open: random() < 0.5 } : undefined,
    ],
  ];
  return (request) => {
    let roll = random();
    for (const [rate, make] of makers) {
      if (roll < rate) return make(request);
      roll -= rate;
    }
    return undefined;
  };
}

function isWrite(verb: FaultRequest['verb']): boolean {
  return verb === 'create' || verb === 'update' || verb === 'patch' || verb === 'delete' || verb === 'deletecollection';
}

function expiry(verb: FaultRequest['verb'], random: () => number): Fault | undefined {
  if (verb === 'watch') return { is: 'expired', after: Math.floor(random() * 20) };
  return verb === 'list' ? { is: 'expired' } : undefined;
}
