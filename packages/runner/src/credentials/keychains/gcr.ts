import { askProvider, keychainFailed, parseAnswer, textOf } from './ask-provider.ts';
import type { Keychain, RegistryLogin } from './keychain.ts';
import { readTokenFile } from './read-token-file.ts';

/** Container Registry and Artifact Registry. Source: Artifact Registry documentation, "Repository and image names". */
const gcrHost = /^(?:(?:[a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+\.pkg\.dev)$/;

/**
 * Google's registries: a key of a service account where one is given, else the access token of the pod's identity. Sources: Artifact
 * Registry documentation, "Configure authentication to Artifact Registry for Docker"; Compute Engine, "Authenticate workloads using service accounts".
 */
export const gcr: Keychain = {
  name: 'gcr',
  usualHosts: [],
  serves: (host) => gcrHost.test(host),
  logIn: async (host, world) => {
    const { GOOGLE_APPLICATION_CREDENTIALS: file, GCE_METADATA_HOST } = world.cloud;
    if (file) return fromKey(host, await readTokenFile(file, 'GOOGLE_APPLICATION_CREDENTIALS'));
    const who = "Google's metadata server";
    const metadata = GCE_METADATA_HOST || 'metadata.google.internal';
    const text = await askProvider(
      {
        method: 'GET',
        url: `http://${metadata}/computeMetadata/v1/instance/service-accounts/default/token`,
        headers: { 'metadata-flavor': 'Google' },
        who,
        patienceMs: 3_000,
      },
      world,
    );
    return { host, username: 'oauth2accesstoken', password: textOf(parseAnswer(text, who), 'access_token', who) };
  },
};

function fromKey(host: string, text: string): RegistryLogin {
  const who = 'the file that GOOGLE_APPLICATION_CREDENTIALS names';
  const key = parseAnswer(text, who);
  if (key.type === 'service_account') return { host, username: '_json_key', password: text };
  const type = typeof key.type === 'string' ? key.type.slice(0, 40) : 'nothing known';
  throw keychainFailed(`${who} is of type ${JSON.stringify(type)}, only service_account signs in to a registry`);
}
