import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acr } from '../src/credentials/keychains/acr.ts';
import { ecr } from '../src/credentials/keychains/ecr.ts';
import { gcr } from '../src/credentials/keychains/gcr.ts';
import { ghcr } from '../src/credentials/keychains/ghcr.ts';
import { signAws } from '../src/credentials/keychains/sign-aws.ts';
import { temporaryFolder } from './a-step.ts';
import { type Asked, startProviders } from './token-server.ts';

async function tokenFile(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'token');
  await writeFile(path, text);
  return path;
}

const form = ({ body }: Asked) => Object.fromEntries(new URLSearchParams(body));

describe('requests to AWS are signed', () => {
  // Source: AWS General Reference, "Examples of the complete Signature Version 4 signing process": ListUsers, 2015-08-30.
  it("as the example of AWS's own documentation", () => {
    const headers = signAws(
      {
        method: 'GET',
        url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: '',
        service: 'iam',
        region: 'us-east-1',
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      new Date('2015-08-30T12:36:00Z'),
    );
    expect(headers.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-date, ' +
        'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });
});

describe('the keychain ecr', () => {
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  // Source: Amazon ECR API Reference, GetAuthorizationToken, "Response Syntax" and "Examples": the token is base64 of `AWS:password`.
  const ecrAnswer = JSON.stringify({
    authorizationData: [
      {
        authorizationToken: Buffer.from('AWS:the-ecr-password').toString('base64'),
        expiresAt: 1_795_000_000.5,
        proxyEndpoint: `https://${host}`,
      },
    ],
  });
  // Source: AWS STS API Reference, AssumeRoleWithWebIdentity, "Sample Response".
  const stsAnswer = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <SessionToken>the-session-token</SessionToken>
      <SecretAccessKey>the-secret-key</SecretAccessKey>
      <Expiration>2026-11-25T04:04:05Z</Expiration>
      <AccessKeyId>ASgeIAIOSFODNN7EXAMPLE</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;

  it('exchanges a web identity at STS, then asks ECR with a signed request', async () => {
    const { asked, world } = await startProviders(
      ({ url }) => ({ body: url.includes('sts') ? stsAnswer : ecrAnswer }),
      {
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/scanner',
        AWS_WEB_IDENTITY_TOKEN_FILE: await tokenFile('the-web-identity\n'),
        AWS_REGION: 'eu-central-1',
      },
    );
    expect(await ecr.logIn(host, world)).toEqual({ host, username: 'AWS', password: 'the-ecr-password' });
    const [sts, api] = asked;
    expect(sts?.url).toBe('https://sts.eu-central-1.amazonaws.com/');
    expect(sts && form(sts)).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::123456789012:role/scanner',
      RoleSessionName: 'assay',
      WebIdentityToken: 'the-web-identity',
    });
    expect(api).toMatchObject({
      method: 'POST',
      url: 'https://api.ecr.eu-west-1.amazonaws.com/',
      body: '{"registryIds":["123456789012"]}',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        'x-amz-security-token': 'the-session-token',
        'x-amz-date': '20261125T030405Z',
      },
    });
    expect(api?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASgeIAIOSFODNN7EXAMPLE\/20261125\/eu-west-1\/ecr\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
  });

  // Source: Amazon EKS User Guide, "EKS Pod Identity"; AWS SDKs and Tools Reference Guide, "Container credential provider".
  it('asks the endpoint of EKS Pod Identity with its token', async () => {
    const { asked, world } = await startProviders(
      ({ url }) => ({
        body: url.startsWith('http://169.254.170.23/')
          ? '{"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T","Expiration":"2026-11-25T04:00:00Z"}'
          : ecrAnswer,
      }),
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await tokenFile('the-pod-token'),
      },
    );
    expect((await ecr.logIn(host, world)).password).toBe('the-ecr-password');
    expect(asked[0]?.headers.authorization).toBe('the-pod-token');
  });

  it('sends no token to an endpoint over plain http that is none of AWS', async () => {
    const { asked, world } = await startProviders(() => ({ body: '{}' }), {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://evil.example/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-pod-token',
    });
    await expect(ecr.logIn(host, world)).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
    expect(asked).toEqual([]);
  });

  // Source: Amazon EC2 User Guide, "Use the Instance Metadata Service", IMDSv2.
  it('asks the machine when the pod has no identity of its own', async () => {
    const { asked, world } = await startProviders(({ url, method }) => {
      if (method === 'PUT') return { body: 'the-imds-session' };
      if (url.endsWith('/security-credentials/')) return { body: 'node-role' };
      if (url.endsWith('/security-credentials/node-role'))
        return { body: '{"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T"}' };
      return { body: ecrAnswer };
    }, {});
    expect((await ecr.logIn(host, world)).username).toBe('AWS');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT http://169.254.169.254/latest/api/token',
      'GET http://169.254.169.254/latest/meta-data/iam/security-credentials/',
      'GET http://169.254.169.254/latest/meta-data/iam/security-credentials/node-role',
      'POST https://api.ecr.eu-west-1.amazonaws.com/',
    ]);
    expect(asked[1]?.headers['x-aws-ec2-metadata-token']).toBe('the-imds-session');
  });

  it.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', true],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', true],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', true],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example', false],
    ['public.ecr.aws', false],
    ['123.dkr.ecr.eu-west-1.amazonaws.com', false],
  ])('serves %s: %s', (name, serves) => expect(ecr.serves(name)).toBe(serves));
});

describe('the keychain acr', () => {
  const host = 'myteam.azurecr.io';

  // Sources: Azure Workload Identity, "Concepts"; Azure/acr, docs/AAD-OAuth.md, "Calling POST /oauth2/exchange to get an ACR refresh token".
  it('exchanges a federated token at Entra, then at the registry', async () => {
    const { asked, world } = await startProviders(
      ({ url }) => ({
        body: url.includes('microsoftonline')
          ? '{"token_type":"Bearer","expires_in":3599,"access_token":"the-entra-token"}'
          : '{"refresh_token":"the-acr-refresh-token"}',
      }),
      {
        AZURE_CLIENT_ID: 'client',
        AZURE_TENANT_ID: 'tenant',
        AZURE_FEDERATED_TOKEN_FILE: await tokenFile('the-federated-token'),
        AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
      },
    );
    expect(await acr.logIn(host, world)).toEqual({
      host,
      username: '00000000-0000-0000-0000-000000000000',
      password: 'the-acr-refresh-token',
    });
    const [entra, exchange] = asked;
    expect(entra?.url).toBe('https://login.microsoftonline.com/tenant/oauth2/v2.0/token');
    expect(entra && form(entra)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      scope: 'https://containerregistry.azure.net/.default',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'the-federated-token',
    });
    expect(exchange?.url).toBe('https://myteam.azurecr.io/oauth2/exchange');
    expect(exchange && form(exchange)).toEqual({
      grant_type: 'access_token',
      service: 'myteam.azurecr.io',
      tenant: 'tenant',
      access_token: 'the-entra-token',
    });
  });

  // Source: Microsoft Entra documentation, "Get a token using HTTP" of managed identities.
  it('asks the machine when the pod has no identity of its own', async () => {
    const { asked, world } = await startProviders(
      ({ url }) => ({
        body: url.startsWith('http://169.254.169.254/') ? '{"access_token":"e"}' : '{"refresh_token":"r"}',
      }),
      {},
    );
    expect((await acr.logIn(host, world)).password).toBe('r');
    expect(asked[0]?.url).toBe(
      'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcontainerregistry.azure.net',
    );
    expect(asked[0]?.headers.metadata).toBe('true');
  });

  it.each([
    ['myteam.azurecr.io', true],
    ['myteam.azurecr.cn', true],
    ['myteam.azurecr.io.evil.example', false],
    ['azurecr.io', false],
  ])('serves %s: %s', (name, serves) => expect(acr.serves(name)).toBe(serves));
});

describe('the keychain gcr', () => {
  // Source: Google Cloud, "Authenticate workloads using service accounts", metadata server; Artifact Registry, "Access token".
  it('asks the metadata server for an access token', async () => {
    const { asked, world } = await startProviders(
      ({ headers }) =>
        headers['metadata-flavor'] === 'Google'
          ? { body: '{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}' }
          : { status: 403, body: '' },
      {},
    );
    const host = 'europe-docker.pkg.dev';
    expect(await gcr.logIn(host, world)).toEqual({ host, username: 'oauth2accesstoken', password: 'ya29.token' });
    expect(asked[0]?.url).toBe(
      'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
    );
  });

  // Source: Artifact Registry documentation, "JSON key file": the name is `_json_key`, the password is the file.
  it('uses a key of a service account as it is, and asks nobody', async () => {
    const key = '{"type":"service_account","project_id":"p","private_key":"k"}';
    const cloud = { GOOGLE_APPLICATION_CREDENTIALS: await tokenFile(key) };
    const { asked, world } = await startProviders(() => ({ body: '' }), cloud);
    expect(await gcr.logIn('gcr.io', world)).toEqual({ host: 'gcr.io', username: '_json_key', password: key });
    expect(asked).toEqual([]);
  });

  it.each([
    ['gcr.io', true],
    ['eu.gcr.io', true],
    ['europe-west1-docker.pkg.dev', true],
    ['gcr.io.evil.example', false],
    ['a.b.gcr.io', false],
  ])('serves %s: %s', (name, serves) => expect(gcr.serves(name)).toBe(serves));
});

describe('the keychain ghcr', () => {
  // Source: GitHub documentation, "Working with the Container registry": a token is the password.
  it('uses the token of the environment', async () => {
    const { world } = await startProviders(() => ({ body: '' }), { GITHUB_TOKEN: 'ghp_x', GITHUB_ACTOR: 'octocat' });
    expect(await ghcr.logIn('ghcr.io', world)).toEqual({ host: 'ghcr.io', username: 'octocat', password: 'ghp_x' });
  });

  it('fails without one', async () => {
    const { world } = await startProviders(() => ({ body: '' }), {});
    await expect(ghcr.logIn('ghcr.io', world)).rejects.toMatchObject({ code: 'KEYCHAIN_FAILED' });
  });
});

describe('a token server that', () => {
  const ask = (answer: (number: number) => { status?: number; headers?: Record<string, string>; body: string }) => {
    let number = 0;
    return startProviders(() => answer(++number), {});
  };
  const logIn = (world: Parameters<typeof gcr.logIn>[1]) => gcr.logIn('gcr.io', world);
  const good = '{"access_token":"t"}';

  it.each([429, 500, 503])('answers %i at first is asked again', async (status) => {
    const { asked, slept, world } = await ask((number) => (number < 3 ? { status, body: '' } : { body: good }));
    expect((await logIn(world)).password).toBe('t');
    expect([asked.length, slept]).toEqual([3, [300, 600]]);
  });

  it('fails for ever is asked three times and then named, without its words', async () => {
    const { asked, world } = await ask(() => ({ status: 500, body: 'the-secret' }));
    await expect(logIn(world)).rejects.toMatchObject({ detail: "Google's metadata server answers 500" });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['refuses', { status: 403, body: 'the-secret' }, /answers 403/],
    ['leads elsewhere', { status: 302, headers: { location: 'http://evil.example/' }, body: '' }, /answers 302/],
    ['answers with no JSON', { body: '<html>the-secret' }, /no JSON object/],
    ['answers without a token', { body: '{"error":"the-secret"}' }, /without access_token/],
    ['answers without end', { body: 'x'.repeat(300_000) }, /longer than 262144 bytes/],
  ])('%s is asked once', async (_what, told, says) => {
    const { asked, world } = await ask(() => told);
    const error = await logIn(world).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'KEYCHAIN_FAILED' });
    expect(error?.message).toMatch(says);
    expect(error?.message).not.toContain('the-secret');
    expect(asked).toHaveLength(1);
  });
});
