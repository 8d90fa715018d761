import { AssayError } from '@assay/contract';
import { isObject, member } from '../document.ts';
import { readAll } from '../verified.ts';
import type { Challenge } from './challenge.ts';
import { type Credentials, type FoundCredentials, findCredentials } from './docker-config.ts';
import { exchangeOnce, type HttpAnswer, type HttpRequest, readFacts } from './exchange-once.ts';
import { isBusy, toAnswerFailure } from './failure.ts';
import type { Network } from './network.ts';
import type { Clock, CredentialOptions } from './options.ts';
import { findRetryAfter, Transient } from './retry.ts';

const tokenLimit = 64 * 1024;
/** Source: distribution docs, "Token Response Fields": a token without `expires_in` lives a minute. */
const usualLifeSeconds = 60;
/** A token is not used in the last moments of its life. Milliseconds. */
const margin = 5_000;
const clientId = 'assay';
/** Bounds on what a registry may make us ask for. */
const longestScope = 512;
const mostScopes = 8;

/** What a request may do: a repository and its actions, such as `repository:library/alpine:pull`. */
export type Scope = string;

export function scopeFor(repository: string, actions: string): Scope {
  return `repository:${repository}:${actions}`;
}

type Method =
  | { readonly kind: 'basic'; readonly header: string }
  | { readonly kind: 'fixed'; readonly header: string }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined };

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

export interface AuthenticatorOptions extends CredentialOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  /** Whether this registry may have its tokens made over plain http. */
  readonly allowsPlain: () => boolean;
  /** Whether a host's certificate is taken unseen. */
  readonly isUnverified: (host: string) => boolean;
}

/** Signs in to one registry host. Tokens are kept per scope, that is per repository and action, until they expire. */
export class Authenticator {
  readonly #network: Network;
  readonly #host: string;
  readonly #repository: string;
  readonly #options: AuthenticatorOptions;
  readonly #tokens = new Map<string, Token>();
  /** What the registry asked for beyond what we ask of ourselves, by our own scopes. */
  readonly #demanded = new Map<string, readonly Scope[]>();
  readonly #pending = new Map<string, Promise<string>>();
  #method: Method | undefined;
  #found: Promise<FoundCredentials> | undefined;

  constructor(network: Network, host: string, repository: string, options: AuthenticatorOptions) {
    this.#network = network;
    this.#host = host;
    this.#repository = repository;
    this.#options = options;
  }

  /** The header for a request, as far as it is known what the registry wants. */
  async header(scopes: readonly Scope[], patienceMs: number, signal?: AbortSignal): Promise<string | undefined> {
    if (this.#method === undefined) return undefined;
    if (this.#method.kind !== 'bearer') return this.#method.header;
    return `Bearer ${await this.#token(this.#method, scopes, patienceMs, signal)}`;
  }

  /**
   * Learns from the refusal of a request that was sent with the header `used`. False when there is nothing new to try.
   * Throws REGISTRY_DENIED, REGISTRY_PROTOCOL.
   */
  async learn(challenges: readonly Challenge[], scopes: readonly Scope[], used: string | undefined): Promise<boolean> {
    const { credentials } = await this.#credentials();
    if (credentials?.kind === 'bearer') {
      this.#method = { kind: 'fixed', header: `Bearer ${credentials.token}` };
      return used !== this.#method.header;
    }
    const bearer = challenges.find(({ scheme, params }) => scheme === 'bearer' && params.has('realm'));
    if (bearer !== undefined) {
      this.#learnToken(bearer, scopes, used);
      return true;
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic') || credentials?.kind !== 'password') return false;
    this.#method = { kind: 'basic', header: basic(credentials) };
    return used !== this.#method.header;
  }

  #learnToken(bearer: Challenge, scopes: readonly Scope[], used: string | undefined): void {
    const realm = this.#realm(bearer.params.get('realm') ?? '');
    this.#method = { kind: 'bearer', realm, service: bearer.params.get('service') };
    const key = scopes.join(' ');
    const demanded = (bearer.params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    this.#demanded.set(
      key,
      demanded.filter((scope) => scope.length <= longestScope && !scopes.includes(scope)).slice(0, mostScopes),
    );
    // A token that was refused is not offered again; one that another request got meanwhile is.
    const known = this.#tokens.get(key);
    if (known !== undefined && used === `Bearer ${known.value}`) this.#tokens.delete(key);
  }

  /** Why credentials could not be looked up, for the message of a refusal. */
  async note(): Promise<string> {
    const { credentials, note } = await this.#credentials();
    if (note !== undefined) return `; ${note}`;
    return credentials === undefined ? '; no credentials are known for it' : '';
  }

  #credentials(): Promise<FoundCredentials> {
    const given = this.#options.credentials;
    this.#found ??=
      given === undefined
        ? findCredentials(this.#options, this.#host, this.#repository)
        : Promise.resolve({ credentials: { kind: 'password', ...given } });
    return this.#found;
  }

  #realm(text: string): URL {
    const realm = URL.parse(text);
    const isSound = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && this.#options.allowsPlain());
    if (realm !== null && isSound) {
      realm.username = '';
      realm.password = '';
      return realm;
    }
    throw new AssayError('REGISTRY_PROTOCOL', `${this.#host} names a token server that cannot be used safely`);
  }

  /** Several layers are fetched at once: they share one request for a token. */
  async #token(
    method: Method & { kind: 'bearer' },
    scopes: readonly Scope[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<string> {
    const key = scopes.join(' ');
    const known = this.#tokens.get(key);
    if (known !== undefined && this.#options.clock.now() < known.expiresAt) return known.value;
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      try {
        return await pending;
      } catch (error) {
        // The other asker gave up; that is no reason for this one to.
        if (error instanceof AssayError || error instanceof Transient || signal?.aborted === true) throw error;
        return this.#token(method, scopes, patienceMs, signal);
      }
    }
    const asked = this.#askToken(method, scopes, patienceMs, signal).finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  async #askToken(
    method: Method & { kind: 'bearer' },
    scopes: readonly Scope[],
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<string> {
    const { credentials } = await this.#credentials();
    const wanted = [...scopes, ...(this.#demanded.get(scopes.join(' ')) ?? [])];
    const request =
      credentials?.kind === 'identity'
        ? this.#oauth(method, wanted, credentials.token)
        : this.#plain(method, wanted, credentials);
    const answer = await exchangeOnce(this.#network, {
      ...request,
      headers: { 'user-agent': this.#options.userAgent, ...request.headers },
      patienceMs,
      unverified: this.#options.isUnverified(request.url.host),
      ...(signal !== undefined && { signal }),
    });
    if (answer.status !== 200) throw await this.#refusal(answer);
    const token = await this.#readToken(answer);
    this.#tokens.set(scopes.join(' '), token);
    return token.value;
  }

  /** Source: distribution docs, "Token Authentication Specification". */
  #plain(
    method: Method & { kind: 'bearer' },
    scopes: readonly Scope[],
    credentials: Credentials | undefined,
  ): Pick<HttpRequest, 'method' | 'url' | 'headers'> {
    const url = new URL(method.realm);
    if (method.service !== undefined) url.searchParams.set('service', method.service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    url.searchParams.set('client_id', clientId);
    return {
      method: 'GET',
      url,
      headers: credentials?.kind === 'password' ? { authorization: basic(credentials) } : {},
    };
  }

  /** Source: distribution docs, "Oauth2 Token Authentication". */
  #oauth(
    method: Method & { kind: 'bearer' },
    scopes: readonly Scope[],
    refreshToken: string,
  ): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: clientId,
      scope: scopes.join(' '),
    });
    if (method.service !== undefined) form.set('service', method.service);
    return {
      method: 'POST',
      url: method.realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: () => Buffer.from(form.toString()),
    };
  }

  async #refusal(answer: HttpAnswer): Promise<AssayError | Transient> {
    const facts = await readFacts(answer);
    const { host } = answer.url;
    if (isBusy(facts.status)) {
      const wait = findRetryAfter(answer.header('retry-after'), this.#options.clock.now());
      return new Transient(toAnswerFailure(facts, host, 'a token'), wait);
    }
    const isRefusal = facts.status >= 400 && facts.status < 500 && facts.status !== 404;
    if (!isRefusal) return new AssayError('REGISTRY_PROTOCOL', `the token server ${host} answers ${facts.status}`);
    return new AssayError(
      'REGISTRY_DENIED',
      `the token server ${host} gives no token for ${this.#host}/${this.#repository} (${facts.status})${await this.note()}`,
    );
  }

  async #readToken(answer: HttpAnswer): Promise<Token> {
    const invalid = (cause?: unknown) =>
      new AssayError('REGISTRY_PROTOCOL', `the token server ${answer.url.host} answers without a token`, { cause });
    const bytes = await readAll(answer.body, tokenLimit);
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch {
      throw invalid();
    }
    if (!isObject(value)) throw invalid();
    const text = [member(value, 'token'), member(value, 'access_token')].find(
      (token) => typeof token === 'string' && token !== '',
    );
    // A token goes into a header: nothing else than visible ASCII may.
    if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) throw invalid();
    const seconds = Number(member(value, 'expires_in'));
    const life = (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 24 * 3600) : usualLifeSeconds) * 1000;
    return { value: text, expiresAt: this.#options.clock.now() + Math.max(life / 2, life - margin) };
  }
}

function basic(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}
