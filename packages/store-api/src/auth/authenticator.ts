/** Which door is knocked at. Each has its own attributes for Kubernetes. */
export type Surface = 'store' | 'events' | 'graphql';

/** What a request wants to do. */
export interface Attempt {
  readonly surface: Surface;
  readonly verb: 'get' | 'create' | 'update';
}

/** What came of a token. */
export type Admission =
  | { readonly is: 'allowed'; readonly user: string }
  /** No token, or one that nobody knows. */
  | { readonly is: 'unknown' }
  | { readonly is: 'denied'; readonly user: string };

/** Says who a token is and what it may. Throws STORE_UNREACHABLE when it cannot be said now. */
export interface Authenticator {
  admit(token: string | undefined, attempt: Attempt): Promise<Admission>;
}

/** Lets everyone in, as nobody. For loopback only: whoever builds the server checks that. */
export const openDoor: Authenticator = { admit: async () => ({ is: 'allowed', user: '' }) };

/** Asks one after the other; the first that knows the token decides. */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    admit: async (token, attempt) => {
      for (const authenticator of authenticators) {
        const admission = await authenticator.admit(token, attempt);
        if (admission.is !== 'unknown') return admission;
      }
      return { is: 'unknown' };
    },
  };
}
