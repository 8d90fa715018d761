import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { describeBytes, jsonBytes } from './image-builder.ts';
import { startRegistry } from './servers.ts';

// After the OCI distribution-spec 1.1, section by section; what upstream's conformance program exercises.

export const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
};
export const octets = 'application/octet-stream';
export const repository = 'team/app';

export type Algorithm = 'sha256' | 'sha512';

export function digest(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export interface Api {
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: Uint8Array },
  ): Promise<Response>;
  start(): Promise<string>;
  pushBlob(bytes: Uint8Array, into?: string, algorithm?: Algorithm): Promise<string>;
  pushManifest(value: unknown, reference: string, type?: string): Promise<Response>;
}

export async function startApi(options: Parameters<typeof startRegistry>[0] = {}): Promise<Api> {
  const registry = await startRegistry(options);
  const send: Api['send'] = (method, path, { headers = {}, body } = {}) =>
    fetch(new URL(path, registry.url), {
      method,
      headers,
      redirect: 'manual',
      ...(body && { body: Buffer.from(body) }),
    });
  const start = async (into = repository) => {
    const begun = await send('POST', `/v2/${into}/blobs/uploads/`);
    expect(begun.status).toBe(202);
    return begun.headers.get('location') ?? '';
  };
  return {
    send,
    start,
    async pushBlob(bytes, into = repository, algorithm = 'sha256') {
      const name = digest(bytes, algorithm);
      const put = await send('PUT', `${await start(into)}?digest=${name}`, {
        headers: { 'content-type': octets },
        body: bytes,
      });
      expect(put.status).toBe(201);
      return name;
    },
    pushManifest(value, reference, type = types.manifest) {
      const body = value instanceof Uint8Array ? value : jsonBytes(value);
      return send('PUT', `/v2/${repository}/manifests/${reference}`, { headers: { 'content-type': type }, body });
    },
  };
}

export async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/json');
  const body = (await response.json()) as { errors: { code: string; message: string }[] };
  expect(body.errors[0]?.message).toEqual(expect.any(String));
  return body.errors[0]?.code ?? '';
}

/** Config and layers pushed; the manifest not yet. */
export async function preparedImage(api: Api, extra: object = {}): Promise<{ bytes: Buffer; digest: string }> {
  const config = jsonBytes({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, extra });
  const layer = randomBytes(100);
  await api.pushBlob(config);
  await api.pushBlob(layer);
  const bytes = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: describeBytes(config, types.config),
    layers: [describeBytes(layer, types.layer)],
    ...extra,
  });
  return { bytes, digest: digest(bytes) };
}
