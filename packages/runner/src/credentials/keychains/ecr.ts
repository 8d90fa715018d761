import { askProvider, keychainFailed, parseAnswer, textOf } from './ask-provider.ts';
import { findAwsCredentials } from './aws-credentials.ts';
import type { Keychain } from './keychain.ts';
import { signAws } from './sign-aws.ts';

/** `<account>.dkr.ecr[-fips].<region>.amazonaws.com[.cn]`. Source: Amazon ECR User Guide, "Private registry concepts". */
const ecrHost = /^(\d{12})\.dkr\.ecr(-fips)?\.([a-z]{2}[a-z0-9-]{3,30})\.(amazonaws\.com(?:\.cn)?)$/;

/** Amazon's registry. Source: Amazon ECR API Reference, GetAuthorizationToken. */
export const ecr: Keychain = {
  name: 'ecr',
  usualHosts: [],
  serves: (host) => ecrHost.test(host),
  logIn: async (host, world) => {
    const who = 'the registry service of AWS';
    const [, account = '', fips, region = '', suffix] = ecrHost.exec(host) ?? [];
    const credentials = await findAwsCredentials(region, world);
    const api = fips === undefined ? `api.ecr.${region}.${suffix}` : `ecr-fips.${region}.${suffix}`;
    const url = world.cloud.AWS_ENDPOINT_URL_ECR || `https://${api}/`;
    const body = JSON.stringify({ registryIds: [account] });
    const headers = signAws(
      {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        },
        body,
        service: 'ecr',
        region,
      },
      credentials,
      world.now(),
    );
    const answer = parseAnswer(await askProvider({ method: 'POST', url, headers, body, who }, world), who);
    const [first] = Array.isArray(answer.authorizationData) ? (answer.authorizationData as readonly unknown[]) : [];
    if (typeof first !== 'object' || first === null) throw keychainFailed(`${who} answers without authorizationData`);
    const plain = Buffer.from(textOf({ ...first }, 'authorizationToken', who), 'base64').toString('utf8');
    const colon = plain.indexOf(':');
    if (colon <= 0) throw keychainFailed(`${who} answers with a token that is no name and password`);
    return { host, username: plain.slice(0, colon), password: plain.slice(colon + 1) };
  },
};
