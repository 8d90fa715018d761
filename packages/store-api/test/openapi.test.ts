import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures, fixturesFor, sharedText } from '@assay/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AskOptions, type RunningStore, startStore } from './start-store.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: object; readonly $ref?: string }>>;
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Calls of every operation, with what a real scan left in the store. */
interface Call {
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly options?: AskOptions;
  readonly status?: number;
}

const image = 'sha256:bd22fee0843b7ff9a8e20c6e6f9573c8cf57099330b10bf66ece3e87a5353b7a';
const cve = 'CVE-2023-44487';
const sha = '3f2a9d7c51b04e6f8d21c7b9a0e4f6d8b1c2a3e4';
const group = 'group-1';
const get = (operation: string, url: string, options: AskOptions = {}): Call => ({
  operation,
  method: 'GET',
  url,
  options,
});
const post = (operation: string, url: string, body: object, status = 200): Call => ({
  ...{ operation, method: 'POST', url, options: { body }, status },
});
const triage = {
  vulnerability: { CVEID: cve },
  package: { Name: 'nginx', Version: '1.22.1-9+deb12u9' },
  image: { Digest: image },
  ArtifactGroupUid: group,
};

/** In the order in which they need each other. */
const calls = (upload: (name: string) => AskOptions): readonly Call[] => [
  { operation: 'V1PostImages', method: 'POST', url: '/api/v1/images', options: upload('grype.cdx.json') },
  {
    operation: 'V1PostSources',
    method: 'POST',
    url: '/api/v1/sources',
    options: {
      ...upload('trivy.cdx.json'),
      headers: {
        ...upload('trivy.cdx.json').headers,
        'entity-name': 'https://git.example.com/my-org/my-repo.git',
        'entity-version': sha,
      },
    },
  },
  post('CreateImageReport', '/api/imageReport', { Name: 'n', Digest: 'sha256:1', Registry: '', Packages: [] }),
  post('CreateSourceReport', '/api/sourceReport', {
    Repository: 'r',
    Sha: 's',
    Packages: [{ Name: 'p', Version: '1' }],
  }),
  get('GetImages', `/api/images?digest=${image}`),
  get('GetPackageImages', '/api/packages/openssl/images'),
  get('GetVulnerabilityImages', `/api/vulnerabilities/${cve}/images`),
  get('HealthCheck', '/api/health'),
  get('GetImagePackages', `/api/images/${image}/packages`),
  get('GetImagePackagesQuery', `/api/images/packages?digest=${image}`),
  get('GetPackages', '/api/packages?name=openssl'),
  get('GetSourcePackages', `/api/sources/${sha}/packages`),
  get('GetSourcePackagesQuery', '/api/sources/packages?repo=my-repo'),
  get('GetVulnerabilityPackages', `/api/vulnerabilities/${cve}/packages`),
  get('GetPackageSources', '/api/packages/openssl/sources'),
  get('GetSources', '/api/sources?org=my-org'),
  get('GetVulnerabilitySources', `/api/vulnerabilities/${cve}/sources`),
  get('GetImageVulnerabilities', `/api/images/${image}/vulnerabilities?Severity=High`),
  get('GetPackageVulnerabilities', '/api/packages/openssl/vulnerabilities'),
  get('GetSourceVulnerabilities', `/api/sources/${sha}/vulnerabilities`),
  get('GetSourceVulnerabilitiesQuery', `/api/sources/vulnerabilities?sha=${sha}`),
  get('GetVulnerabilities', `/api/vulnerabilities?CVEID=${cve}`),
  post(
    'CreateArtifactGroup',
    '/api/v1/artifact-groups',
    { UID: group, Labels: { name: 'a' }, Type: 'image', EntityID: 1 },
    201,
  ),
  post('SearchArtifactGroups', '/api/v1/artifact-groups/_search', { Digests: [image], Shas: null }),
  post('SearchArtifactGroupsVulnReach', '/api/v1/artifact-groups/vulnerabilities/_reach', {
    Digests: [image],
    PageSize: 5,
  }),
  post('SearchArtifactGroupsVulnerabilities', '/api/v1/artifact-groups/vulnerabilities/_search', {
    Digests: [image],
    Page: 2,
    PageSize: 3,
  }),
  get('V1GetImage', `/api/v1/images/${image}`),
  get('V1GetImages', '/api/v1/images?registry='),
  get('V1GetImagesPackages', `/api/v1/images/packages?digest=${image}&package_name=ssl`),
  get('V1GetPackages', '/api/v1/packages?name=ssl&page=1'),
  get('V1GetSourcesPackages', '/api/v1/sources/packages?org=my-org&page_size=3'),
  get('V1SearchReports', `/api/v1/reports?digest=${image}`),
  post('V1SearchMultipleReports', '/api/v1/reports/_search', { ReportUIDs: ['of-image'] }),
  get('V1GetReport', '/api/v1/reports/of-image'),
  get('V1GetReportAlias', '/api/v1/report/of-image'),
  get('V1GetSource', `/api/v1/sources/${sha}`),
  get('V1GetSources', '/api/v1/sources'),
  get('V1GetSourcesVulnerabilities', `/api/v1/sources/vulnerabilities?sha=${sha}&page=1`),
  post('V1CreateVulnerabilityAnalysis', '/api/v1/triage', triage, 201),
  get('V1GetTriage', `/api/v1/triage?digest=${image}&page_size=10`),
  post('V1CopyVulnerabilityAnalysis', '/api/v1/triage/UID/copy', { ArtifactGroupUid: group }),
  get('V1GetRebaseOptions', `/api/v1/triage/rebase?digest=${image}&artifact_group_uid=${group}`),
  get('GetPackageByID', '/api/v1/packages/1'),
  get('GetVulnerabilityByID', '/api/v1/vulnerabilities/1'),
  get('V1GetImagesVulnerabilities', `/api/v1/images/vulnerabilities?digest=${image}&Severity=critical`),
];

const suite = 'the Metadata Store beside its OpenAPI document';

describe.runIf(fixturesFor(suite))(suite, () => {
  let running: RunningStore;
  let contract: Contract;
  const answers = new Map<string, { readonly status: number; readonly text: string; readonly json: unknown }>();

  beforeAll(async () => {
    contract = parse(sharedText('spec/store-openapi.yaml'));
    running = await startStore();
    const folder = join(fixtures('scans'), 'golden/debian-meta');
    const upload = (name: string): AskOptions => ({
      headers: {
        'content-type': 'application/json',
        'report-type-format': 'cyclonedx',
        'report-uid': name.startsWith('grype') ? 'of-image' : 'of-source',
      },
      body: readFileSync(join(folder, name)),
    });
    let analysis = '';
    for (const call of calls(upload)) {
      const answer = await running.ask(call.method, call.url.replace('/UID/', `/${analysis}/`), call.options);
      if (call.operation === 'V1CreateVulnerabilityAnalysis') analysis = answer.json.UID;
      answers.set(call.operation, answer);
    }
  });
  afterAll(() => running.close());

  it('knows every operation of the document', () => {
    const operations = Object.values(contract.paths).flatMap((path) =>
      Object.values(path).map((each) => each.operationId),
    );
    expect([...answers.keys()].sort()).toEqual(operations.sort());
  });

  it('answers each with its status and a body of its schema', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: true });
    addFormats.default(ajv);
    ajv.addFormat('uint64', true);
    ajv.addSchema(contract, 'contract');
    const wrong: string[] = [];
    for (const [path, methods] of Object.entries(contract.paths)) {
      for (const [method, { operationId, responses }] of Object.entries(methods)) {
        const answer = answers.get(operationId);
        const declared = answer === undefined ? undefined : responses[String(answer.status)];
        if (answer === undefined || declared === undefined) {
          wrong.push(`${operationId}: ${answer?.status} ${answer?.text.slice(0, 200)}`);
          continue;
        }
        if (declared.content === undefined) {
          if (answer.text !== '') wrong.push(`${operationId}: a body where there is none`);
          continue;
        }
        const at = ['paths', path, method, 'responses', String(answer.status), 'content', 'application/json', 'schema'];
        const pointer = at
          .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
          .join('/');
        const validate = ajv.compile({ $ref: `contract#/${pointer}` });
        if (!validate(answer.json)) wrong.push(`${operationId}: ${JSON.stringify(validate.errors?.slice(0, 2))}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has something to say where the scan found something', () => {
    const listed = (operation: string) => {
      const json = answers.get(operation)?.json;
      return Array.isArray(json) ? json.length : (json as { Count: number }).Count;
    };
    for (const operation of [
      ...['GetPackageImages', 'GetVulnerabilityImages', 'GetImagePackages', 'GetPackages', 'GetSourcePackages'],
      ...['GetVulnerabilityPackages', 'GetSources', 'GetImageVulnerabilities', 'SearchArtifactGroups', 'V1GetTriage'],
      ...['SearchArtifactGroupsVulnReach', 'V1GetImagesPackages', 'V1GetPackages', 'V1SearchReports'],
    ])
      expect([operation, listed(operation) > 0]).toEqual([operation, true]);
  });
});
