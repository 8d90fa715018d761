import { askProvider, keychainFailed, parseAnswer, textOf } from './ask-provider.ts';
import type { KeychainWorld } from './keychain.ts';
import { readTokenFile } from './read-token-file.ts';
import type { AwsCredentials } from './sign-aws.ts';

/**
 * The pod's AWS identity, asked for in the order of AWS's own clients: keys in the environment, a web identity (IRSA), the container
 * endpoint (EKS Pod Identity), the machine. Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers".
 * Throws KEYCHAIN_FAILED.
 */
export async function findAwsCredentials(region: string, world: KeychainWorld): Promise<AwsCredentials> {
  const { cloud } = world;
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = cloud;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    };
  }
  if (cloud.AWS_WEB_IDENTITY_TOKEN_FILE && cloud.AWS_ROLE_ARN)
    return fromWebIdentity(cloud.AWS_WEB_IDENTITY_TOKEN_FILE, cloud.AWS_ROLE_ARN, region, world);
  if (cloud.AWS_CONTAINER_CREDENTIALS_FULL_URI) return fromContainer(cloud.AWS_CONTAINER_CREDENTIALS_FULL_URI, world);
  return fromMachine(world);
}

/** Source: AWS STS API Reference, AssumeRoleWithWebIdentity: the call is not signed, the answer is XML. */
async function fromWebIdentity(
  file: string,
  role: string,
  region: string,
  world: KeychainWorld,
): Promise<AwsCredentials> {
  const who = 'the security token service of AWS';
  const { cloud } = world;
  const token = await readTokenFile(file, 'AWS_WEB_IDENTITY_TOKEN_FILE');
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: cloud.AWS_ROLE_SESSION_NAME || 'assay',
    WebIdentityToken: token.trim(),
  });
  const home = cloud.AWS_REGION || cloud.AWS_DEFAULT_REGION || region;
  const suffix = home.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const text = await askProvider(
    {
      method: 'POST',
      url: cloud.AWS_ENDPOINT_URL_STS || `https://sts.${home}.${suffix}/`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      who,
    },
    world,
  );
  const inside = (name: string) => {
    const value = new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(text)?.[1];
    if (value === undefined) throw keychainFailed(`${who} answers without ${name}`);
    return value;
  };
  return {
    accessKeyId: inside('AccessKeyId'),
    secretAccessKey: inside('SecretAccessKey'),
    sessionToken: inside('SessionToken'),
  };
}

/** Hosts of the container endpoint that may speak plain http. Source: AWS SDKs and Tools Reference Guide, "Container credential provider". */
const containerHosts = new Set([
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  'localhost',
  '127.0.0.1',
  '[::1]',
]);

async function fromContainer(address: string, world: KeychainWorld): Promise<AwsCredentials> {
  const who = "AWS's container credential endpoint";
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && !containerHosts.has(url.hostname)))
    throw keychainFailed('AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor a host of AWS');
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: given } = world.cloud;
  const token = file ? (await readTokenFile(file, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')).trim() : given;
  const headers = token ? { authorization: token } : {};
  return toCredentials(await askProvider({ method: 'GET', url: url.href, headers, who }, world), who);
}

/** Source: Amazon EC2 User Guide, "Retrieve instance metadata", version 2: a session token first. */
async function fromMachine(world: KeychainWorld): Promise<AwsCredentials> {
  const who = "the machine's AWS metadata";
  const base = 'http://169.254.169.254/latest';
  const common = { who, attempts: 1, patienceMs: 1_500 } as const;
  const session = await askProvider(
    {
      ...common,
      method: 'PUT',
      url: `${base}/api/token`,
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
    },
    world,
  );
  const headers = { 'x-aws-ec2-metadata-token': session.trim() };
  const list = `${base}/meta-data/iam/security-credentials/`;
  const roles = await askProvider({ ...common, method: 'GET', url: list, headers }, world);
  const role = roles.trim().split('\n')[0]?.trim() ?? '';
  if (!/^[\w+=,.@-]{1,64}$/.test(role)) throw keychainFailed(`${who} names no role`);
  return toCredentials(await askProvider({ ...common, method: 'GET', url: list + role, headers }, world), who);
}

function toCredentials(text: string, who: string): AwsCredentials {
  const answer = parseAnswer(text, who);
  return {
    accessKeyId: textOf(answer, 'AccessKeyId', who),
    secretAccessKey: textOf(answer, 'SecretAccessKey', who),
    sessionToken: textOf(answer, 'Token', who),
  };
}
