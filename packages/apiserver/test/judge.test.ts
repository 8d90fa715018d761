import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer, type JsonObject } from '../src/index.ts';
import { hasCluster, type RealCluster, realCluster } from './real-cluster.ts';
import { definition, sampleSpec } from './sample-definition.ts';
import { manifests, untried } from './sample-manifests.ts';
import { schemas } from './sample-schemas.ts';

interface Verdict {
  readonly code: number;
  readonly fields: readonly string[];
}

function verdict(status: number, body: JsonObject): Verdict {
  const details = body.details as { causes?: { field?: string }[] } | undefined; // a Status of the API
  const fields = (details?.causes ?? []).map((cause) => cause.field ?? '').sort();
  return { code: status, fields };
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const suite = 'the same verdict as the real API server';

describe.runIf(hasCluster(suite))(suite, () => {
  const id = `J${process.pid}`;
  const sample = definition(id, sampleSpec as Record<string, unknown>);
  const names = (sample.spec as JsonObject).names as JsonObject;
  const path = `/apis/tests.assay.dev/v1/namespaces/default/${names.plural}`;
  let ours: ApiServer;
  let real: RealCluster;

  beforeAll(async () => {
    real = realCluster();
    ours = createApiServer();
    const [there, here] = [await real.send('POST', definitions, sample), await send('POST', definitions, sample)];
    expect(there.body.message).toBe(here.body.message);
    expect([there.status, here.status]).toEqual([201, 201]);
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = await real.send('GET', path);
      if (answer.status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  afterAll(async () => {
    await real?.send('DELETE', `${definitions}/${(sample.metadata as JsonObject).name}`);
    real?.close();
    await ours?.close();
  });

  async function send(method: string, url: string, body: unknown) {
    const response = await ours.handle({ method, url, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as JsonObject };
  }

  async function compare(url: string, body: unknown): Promise<void> {
    const [there, here] = [await real.send('POST', url, body), await send('POST', url, body)];
    const want = verdict(there.status, there.body as JsonObject);
    const got = verdict(here.status, here.body);
    expect(got, `${there.body.message ?? 'accepted'}\nours: ${here.body.message ?? 'accepted'}`).toEqual(want);
  }

  it('tries every field and at least 200 manifests', () => {
    expect(untried).toEqual([]);
    expect(manifests.length + schemas.length).toBeGreaterThanOrEqual(200);
  });

  it.each(manifests)('$title', async ({ metadata, rest, query }) => {
    const body = { apiVersion: 'tests.assay.dev/v1', kind: names.kind, metadata, ...rest };
    await compare(`${path}?dryRun=All${query}`, body);
  });

  it.each(schemas)('the definition of %s', async (_, schema) => {
    const body = definition(`D${process.pid}`, { type: 'object', properties: { x: schema } });
    await compare(`${definitions}?dryRun=All`, body);
  });
});
