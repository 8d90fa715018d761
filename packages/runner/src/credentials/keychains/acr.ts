import { askProvider, keychainFailed, parseAnswer, textOf } from './ask-provider.ts';
import type { Keychain, KeychainWorld } from './keychain.ts';
import { readTokenFile } from './read-token-file.ts';

/** Source: Azure Container Registry documentation, "About registries": login servers of the public and the national clouds. */
const acrHost = /^[a-z0-9]{5,50}(?:-[a-z0-9]+)?(?:\.[a-z0-9]+\.data)?\.azurecr\.(?:io|cn|us|de)$/;

/** Name that goes with a refresh token. Source: Azure/acr, docs/AAD-OAuth.md, "Calling POST /oauth2/exchange". */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** What the token of Microsoft Entra is for. Source: Azure Container Registry documentation, "Disable authentication as ARM". */
const audience = 'https://containerregistry.azure.net';

/** Azure's registry: a token of Microsoft Entra is exchanged for one of the registry. */
export const acr: Keychain = {
  name: 'acr',
  usualHosts: [],
  serves: (host) => acrHost.test(host),
  logIn: async (host, world) => {
    const who = `the token exchange of ${host}`;
    const form = new URLSearchParams({
      grant_type: 'access_token',
      service: host,
      ...(world.cloud.AZURE_TENANT_ID ? { tenant: world.cloud.AZURE_TENANT_ID } : {}),
      access_token: await findEntraToken(world),
    });
    const text = await askProvider(
      { method: 'POST', url: `https://${host}/oauth2/exchange`, headers: formHeaders, body: form.toString(), who },
      world,
    );
    return { host, username: tokenUser, password: textOf(parseAnswer(text, who), 'refresh_token', who) };
  },
};

const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

async function findEntraToken(world: KeychainWorld): Promise<string> {
  const { AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_SECRET } = world.cloud;
  if (AZURE_CLIENT_ID && AZURE_TENANT_ID && (AZURE_FEDERATED_TOKEN_FILE || AZURE_CLIENT_SECRET))
    return fromEntra(AZURE_CLIENT_ID, AZURE_TENANT_ID, world);
  return fromMachine(world);
}

/** Source: Microsoft identity platform, "OAuth 2.0 client credentials flow": with a federated credential, or with a secret. */
async function fromEntra(clientId: string, tenant: string, world: KeychainWorld): Promise<string> {
  const who = 'Microsoft Entra';
  const { AZURE_FEDERATED_TOKEN_FILE: file, AZURE_CLIENT_SECRET: secret, AZURE_AUTHORITY_HOST } = world.cloud;
  const proof = file
    ? {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: (await readTokenFile(file, 'AZURE_FEDERATED_TOKEN_FILE')).trim(),
      }
    : { client_secret: secret ?? '' };
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: `${audience}/.default`,
    ...proof,
  });
  const base = (AZURE_AUTHORITY_HOST || 'https://login.microsoftonline.com').replace(/\/+$/, '');
  if (!base.startsWith('https://')) throw keychainFailed('AZURE_AUTHORITY_HOST is not https');
  const url = `${base}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  const text = await askProvider({ method: 'POST', url, headers: formHeaders, body: form.toString(), who }, world);
  return textOf(parseAnswer(text, who), 'access_token', who);
}

/** Source: Microsoft Entra documentation, "How to use managed identities on an Azure VM to acquire an access token". */
async function fromMachine(world: KeychainWorld): Promise<string> {
  const who = "the machine's Azure metadata";
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource: audience });
  if (world.cloud.AZURE_CLIENT_ID) query.set('client_id', world.cloud.AZURE_CLIENT_ID);
  const text = await askProvider(
    {
      method: 'GET',
      url: `http://169.254.169.254/metadata/identity/oauth2/token?${query}`,
      headers: { metadata: 'true' },
      who,
      attempts: 2,
      patienceMs: 3_000,
    },
    world,
  );
  return textOf(parseAnswer(text, who), 'access_token', who);
}
