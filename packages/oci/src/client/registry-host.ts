import { AssayError } from '@assay/contract';
import { readAll } from '../verified.ts';
import { Authenticator, type Scope } from './authenticator.ts';
import { parseChallenges } from './challenge.ts';
import { exchangeOnce, type HttpAnswer, type HttpRequest, readFacts } from './exchange-once.ts';
import { isBusy, isWrongProtocol, notARegistry, toAnswerFailure } from './failure.ts';
import { isLoopback, type Network } from './network.ts';
import type { RegistryOptions } from './options.ts';
import { type Attempt, boundRetries, findRetryAfter, systemClock, Transient, withRetries } from './retry.ts';

const redirectLimit = 5;
/** Milliseconds, while an attempt remains and for the last one. */
export const usualPatience = 8_000;
const usualLastPatience = 1_500;

export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  /** Path below the host, or a full address the registry gave. */
  readonly to: string | URL;
  readonly scopes: readonly Scope[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpRequest['body'];
  /** In words, for messages. */
  readonly what: string;
  /** Attempts after the first; the host's own number when absent. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

export interface ReadAnswer {
  readonly answer: HttpAnswer;
  readonly bytes?: Uint8Array;
}

interface Base {
  readonly origin: string;
  readonly unverified: boolean;
}

/** One registry host: which protocol it speaks, signing in, redirects, retries. */
export class RegistryHost {
  readonly host: string;
  readonly retries: number;
  readonly #network: Network;
  readonly #options: RegistryOptions;
  readonly #auth: Authenticator;
  readonly #userAgent: string;
  #base: Promise<Base> | undefined;
  #settled: Base | undefined;

  constructor(network: Network, host: string, repository: string, options: RegistryOptions) {
    this.host = host;
    this.retries = boundRetries(options.retries ?? 3);
    this.#network = network;
    this.#options = options;
    this.#userAgent = options.userAgent ?? 'assay';
    this.#auth = new Authenticator(network, host, repository, {
      ...options,
      userAgent: this.#userAgent,
      clock: options.clock ?? systemClock,
      allowsPlain: () => this.#settled?.origin.startsWith('http://') ?? false,
      isUnverified: (name) => options.insecureRegistries?.includes(name) ?? false,
    });
  }

  get clock() {
    return this.#options.clock ?? systemClock;
  }

  patience(attempt: Attempt): number {
    const { patienceMs = usualPatience, lastPatienceMs = usualLastPatience } = this.#options;
    return attempt.isLast ? lastPatienceMs : patienceMs;
  }

  /** Sends a request, signed in, following redirects, again after failures that may pass. The answer may be any that is not busy. */
  send(request: RegistryRequest): Promise<HttpAnswer> {
    return withRetries(request.retries ?? this.retries, this.clock, request.signal, (attempt) =>
      this.sendOnce(request, attempt),
    );
  }

  /**
   * The same, with the body of a 200 read within the attempt, at most `limit` bytes: an answer that breaks off is asked for again.
   * Other answers come without bytes and with their body untouched.
   */
  read(request: RegistryRequest, limit: number): Promise<ReadAnswer> {
    return withRetries(this.retries, this.clock, request.signal, async (attempt) => {
      const answer = await this.sendOnce(request, attempt);
      return answer.status === 200 ? { answer, bytes: await readAll(answer.body, limit) } : { answer };
    });
  }

  /** The same, one time. Throws Transient for what may pass. */
  async sendOnce(request: RegistryRequest, attempt: Attempt): Promise<HttpAnswer> {
    const patienceMs = this.patience(attempt);
    const base = await this.#findBase(patienceMs, request.signal);
    // An upload may go to another server, which the registry's token does not concern.
    const isHome = typeof request.to === 'string' || request.to.origin === base.origin;
    const signIn = async () => (isHome ? this.#auth.header(request.scopes, patienceMs, request.signal) : undefined);
    const used = await signIn();
    let answer = await this.#signed(request, base, patienceMs, used);
    if (answer.status === 401 && answer.url.origin === base.origin) {
      const challenges = parseChallenges(answer.headers('www-authenticate'));
      if (await this.#auth.learn(challenges, request.scopes, used)) {
        answer.drop();
        answer = await this.#signed(request, base, patienceMs, await signIn());
      }
    }
    if (!isBusy(answer.status)) return answer;
    const facts = await readFacts(answer);
    throw new Transient(
      toAnswerFailure(facts, this.host, request.what),
      findRetryAfter(answer.header('retry-after'), this.clock.now()),
    );
  }

  /** What an answer means that is not the wished one; its body is gone afterwards. */
  async failure(answer: HttpAnswer, what: string): Promise<AssayError> {
    const facts = await readFacts(answer);
    if (facts.status === 404 && facts.contentType.startsWith('text/html')) return notARegistry(this.host);
    const problem = toAnswerFailure(facts, this.host, what);
    if (problem.code !== 'REGISTRY_DENIED') return problem;
    return new AssayError('REGISTRY_DENIED', problem.detail + (await this.#auth.note()));
  }

  /** Sends with the header that signs in, which goes to the registry itself and nowhere else. */
  async #signed(
    request: RegistryRequest,
    base: Base,
    patienceMs: number,
    authorization: string | undefined,
  ): Promise<HttpAnswer> {
    const { method, to, body, signal } = request;
    let url = typeof to === 'string' ? new URL(to, base.origin) : to;
    let isHome = url.origin === base.origin;
    for (let hops = 0; ; hops += 1) {
      const answer = await exchangeOnce(this.#network, {
        method,
        url,
        headers: {
          'user-agent': this.#userAgent,
          ...request.headers,
          ...(isHome && authorization !== undefined && { authorization }),
        },
        patienceMs,
        unverified: isHome && base.unverified,
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
      });
      const location = redirectOf(answer, method);
      if (location === undefined) return answer;
      answer.drop();
      if (hops >= redirectLimit)
        throw new AssayError('REGISTRY_PROTOCOL', `${this.host} redirects more than ${redirectLimit} times`);
      url = this.#follow(location, url, base);
      // Who has once been sent away does not show the registry's credentials again, not even back home.
      isHome = isHome && url.origin === base.origin;
    }
  }

  #follow(location: string, from: URL, base: Base): URL {
    const url = URL.parse(location, from.href);
    const isSound = url?.protocol === 'https:' || (url?.protocol === 'http:' && base.origin.startsWith('http://'));
    if (url === null || !isSound)
      throw new AssayError('REGISTRY_PROTOCOL', `${this.host} redirects to an address that cannot be used safely`);
    url.username = '';
    url.password = '';
    return url;
  }

  /** The address of a `Location` for an upload, which may be relative, and http behind a proxy that ends TLS. */
  locate(location: string | undefined, answer: HttpAnswer): URL {
    const url = location === undefined ? null : URL.parse(location, answer.url.href);
    if (url === null) throw new AssayError('REGISTRY_PROTOCOL', `${this.host} does not say where the upload goes on`);
    if (url.protocol === 'http:' && answer.url.protocol === 'https:' && url.hostname === answer.url.hostname)
      url.protocol = 'https:';
    if (url.protocol !== 'https:' && url.protocol !== answer.url.protocol) {
      throw new AssayError(
        'REGISTRY_PROTOCOL',
        `${this.host} sends the upload to an address that cannot be used safely`,
      );
    }
    return url;
  }

  async #findBase(patienceMs: number, signal?: AbortSignal): Promise<Base> {
    if (this.#settled !== undefined) return this.#settled;
    const shared = this.#base;
    const asked = (shared ?? this.#probe(patienceMs, signal)).finally(() => {
      this.#base = undefined;
    });
    this.#base = asked;
    try {
      this.#settled = await asked;
      return this.#settled;
    } catch (error) {
      // The one who asked first gave up; that is no reason for this one to.
      const isOthers = shared !== undefined && !(error instanceof AssayError) && !(error instanceof Transient);
      if (!isOthers || signal?.aborted === true) throw error;
      return this.#findBase(patienceMs, signal);
    }
  }

  /** Only loopback hosts and those configured are asked which protocol they speak; all others speak TLS. */
  async #probe(patienceMs: number, signal?: AbortSignal): Promise<Base> {
    const isInsecure = this.#options.insecureRegistries?.includes(this.host) ?? false;
    const secure: Base = { origin: new URL(`https://${dialled(this.host)}`).origin, unverified: isInsecure };
    if (!isInsecure && !isLoopback(this.host)) return secure;
    const plain: Base = { origin: new URL(`http://${dialled(this.host)}`).origin, unverified: isInsecure };
    const [first, second] = isLoopback(this.host) ? [plain, secure] : [secure, plain];
    try {
      if (await this.#answers(first, patienceMs, signal)) return first;
      return second;
    } catch (error) {
      if (!this.#mayBeOther(error)) throw error;
      return await this.#other(second, error, patienceMs, signal);
    }
  }

  async #other(base: Base, before: unknown, patienceMs: number, signal?: AbortSignal): Promise<Base> {
    try {
      await this.#answers(base, patienceMs, signal);
      return base;
    } catch (error) {
      // A certificate that is not trusted is an answer; a second way of not connecting says no more than the first.
      const isCertificate =
        error instanceof AssayError && error.code === 'REGISTRY_TLS' && !isWrongProtocol(error.cause);
      throw isCertificate ? error : before;
    }
  }

  #mayBeOther(error: unknown): boolean {
    const problem = error instanceof Transient ? error.problem : error;
    if (!(problem instanceof AssayError)) return false;
    const hasPort = /:\d+$/.test(this.host);
    const isRefused =
      problem.cause instanceof Error && 'code' in problem.cause && problem.cause.code === 'ECONNREFUSED';
    return isWrongProtocol(problem.cause) || (isRefused && !hasPort);
  }

  /** Whether a server of this protocol is there. A TLS server of Go answers plain http with 400. */
  async #answers(base: Base, patienceMs: number, signal?: AbortSignal): Promise<boolean> {
    const answer = await exchangeOnce(this.#network, {
      method: 'GET',
      url: new URL('/v2/', base.origin),
      headers: { 'user-agent': this.#userAgent },
      patienceMs,
      unverified: base.unverified,
      ...(signal !== undefined && { signal }),
    });
    answer.drop();
    return answer.status !== 400 || base.origin.startsWith('https:');
  }
}

function redirectOf(answer: HttpAnswer, method: string): string | undefined {
  const { status } = answer;
  const isRead = method === 'GET' || method === 'HEAD';
  const isRedirect =
    status === 307 || status === 308 || (isRead && (status === 301 || status === 302 || status === 303));
  return isRedirect ? answer.header('location') : undefined;
}

/** The name under which a registry is reached: Docker Hub's is not the one in references. */
function dialled(host: string): string {
  return host === 'docker.io' ? 'registry-1.docker.io' : host;
}
