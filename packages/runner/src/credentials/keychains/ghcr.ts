import { keychainFailed } from './ask-provider.ts';
import type { Keychain } from './keychain.ts';

/** GitHub's registry takes a token as password, with any name. Source: GitHub documentation, "Working with the Container registry", "Authenticating". */
export const ghcr: Keychain = {
  name: 'ghcr',
  usualHosts: ['ghcr.io'],
  serves: (host) => host === 'ghcr.io',
  logIn: async (host, { cloud }) => {
    const { GITHUB_TOKEN, GITHUB_ACTOR } = cloud;
    if (!GITHUB_TOKEN) throw keychainFailed('there is no GITHUB_TOKEN in the environment of the step');
    return { host, username: GITHUB_ACTOR || 'unset', password: GITHUB_TOKEN };
  },
};
