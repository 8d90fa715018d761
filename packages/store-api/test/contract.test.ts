import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asCycloneDx, cycloneDx, digestA, digestB, digestC, type Wish } from './documents.ts';
import { engines } from './engines.ts';
import { type RunningStore, startStore } from './start-store.ts';

const openssl = { name: 'openssl', version: '1.1.1' };
const left = { name: 'left-pad', version: '1.0.0' };
const group = '7a1d1a36-0f1c-4f6e-9a6b-5f5d8b3c2a10';

for (const engine of engines()) {
  describe(`the Metadata Store on ${engine.name}`, () => {
    let running: RunningStore;
    const post = (wish: Wish, headers: Readonly<Record<string, string>> = {}) =>
      running.ask('POST', '/api/v1/images', {
        headers: { ...asCycloneDx, ...headers },
        body: JSON.stringify(cycloneDx(wish)),
      });
    const get = (url: string) => running.ask('GET', url);
    const names = (packages: readonly { Name: string }[]) => packages.map(({ Name }) => Name).sort();

    beforeAll(async () => {
      running = await startStore(await engine.create());
      // The same image twice: the second scan finds less, and an older image of the same name before it.
      await post(
        { version: digestB, parts: [{ ...openssl, vulnerabilities: { 'CVE-2024-0001': ['high', 7.5] } }] },
        {
          'report-uid': 'of-b',
          'original-location': 'registry.example.com/results@sha256:1',
          'image-file-path': 'out/scan.cdx.json',
        },
      );
      await post({ parts: [openssl, left] }, { 'report-uid': 'first' });
      await post({ parts: [left], timestamp: '2026-02-02T03:04:05Z' }, { 'report-uid': 'second' });
      for (const ReportUID of ['of-b', 'second'])
        await running.ask('POST', '/api/v1/artifact-groups', { body: { UID: group, ReportUID } });
    });
    afterAll(async () => {
      await running.close();
      await engine.stop();
    });

    it('answers with the image and the name of its report', async () => {
      const answer = await post({ version: digestC, parts: [left] }, { 'report-uid': 'of-c' });
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        ID: expect.any(Number),
        Registry: 'registry.example.com',
        Name: 'team/app',
        Digest: digestC,
        ReportUid: 'of-c',
      });
    });

    it('makes two reports over one document of the same bytes, and refuses a name that is taken', async () => {
      const wish = { version: `sha256:${'d'.repeat(64)}`, parts: [left] };
      const [one, two] = [await post(wish), await post(wish)];
      expect(one.json.ReportUid).not.toBe(two.json.ReportUid);
      expect(two.json.ID).toBe(one.json.ID);
      const contentOf = async (uid: string) => (await get(`/api/v1/reports/${uid}`)).json.entity;
      expect(await contentOf(two.json.ReportUid)).toEqual(await contentOf(one.json.ReportUid));
      const again = await post(wish, { 'report-uid': 'first' });
      expect([again.status, again.text]).toEqual([400, `{"message":"a report with uid 'first' already exists"}`]);
      expect((await get(`/api/v1/reports?digest=${wish.version}`)).json.Count).toBe(2);
    });

    it('takes a document without a place for findings for an inventory, not for a clean scan', async () => {
      const version = `sha256:${'8'.repeat(64)}`;
      const heads = async () => {
        const { rows } = await sql<{ report: number | null; scan: number | null; found: number | null }>`
          select head_report as report, head_scan as scan,
            (select n from pairset where id = head_pairset) as found from artifact where digest = ${version}`.execute(
          running.store.queries,
        );
        return rows[0];
      };
      const { vulnerabilities: _, ...document } = { vulnerabilities: [], ...cycloneDx({ version, parts: [left] }) };
      const inventory = { ...document, metadata: { component: { type: 'container', name: 'a', version } } };
      const postInventory = () =>
        running.ask('POST', '/api/v1/images', { headers: asCycloneDx, body: JSON.stringify(inventory) });
      await postInventory();
      expect(await heads()).toEqual({ report: expect.any(Number), scan: null, found: null });
      await post({
        name: 'a',
        version,
        timestamp: '2026-03-01T00:00:00Z',
        parts: [{ ...left, vulnerabilities: { 'CVE-2024-0555': ['high', 7.5] } }],
      });
      const scanned = await heads();
      expect(scanned?.found).toBe(1);
      await postInventory();
      expect(await heads()).toMatchObject({ scan: scanned?.scan, found: 1 });
      // An older scan is kept and is not what is true now.
      await post({ name: 'a', version, timestamp: '2025-01-01T00:00:00Z', parts: [left] });
      expect(await heads()).toMatchObject({ scan: scanned?.scan, found: 1 });
    });

    it('never loses what an earlier scan found in the view over all time', async () => {
      const image = (await get(`/api/v1/images/${digestA}`)).json;
      expect(names(image.Packages)).toEqual(['left-pad', 'openssl']);
    });

    it('knows a vulnerability of a package wherever it was found', async () => {
      const image = (await get(`/api/images?digest=${digestA}`)).json;
      const found = image.Packages.find(({ Name }: { Name: string }) => Name === 'openssl');
      expect(found.Vulnerabilities).toEqual([
        {
          ID: expect.any(Number),
          CVEID: 'CVE-2024-0001',
          Description: 'About CVE-2024-0001.',
          URL: 'https://nvd.nist.gov/vuln/detail/CVE-2024-0001',
          CNA: 'nvd',
          References: ['https://nvd.nist.gov/vuln/detail/CVE-2024-0001'],
          Ratings: [
            {
              ID: expect.any(Number),
              Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
              Score: 7.5,
              MethodTypeID: 4,
              Severity: 'High',
            },
          ],
          Packages: [],
        },
      ]);
      const images = (await get('/api/vulnerabilities/CVE-2024-0001/images')).json;
      expect(images.map(({ Digest }: { Digest: string }) => Digest).sort()).toEqual([digestA, digestB]);
    });

    it('gives a report what its own document lists, and nothing else', async () => {
      const { json } = await get('/api/v1/reports/second');
      expect(json.tool).toEqual({ Name: 'grype', Vendor: 'anchore', Version: '0.120.0' });
      expect(names(json.entity.Packages)).toEqual(['left-pad']);
      const ofB = (await get('/api/v1/report/of-b')).json;
      expect(ofB).toMatchObject({
        UID: 'of-b',
        OriginalLocation: 'registry.example.com/results@sha256:1',
        OriginalLocationFilePath: 'out/scan.cdx.json',
      });
      expect(ofB.entity.Packages[0].Vulnerabilities[0].Ratings[0].MethodType).toBe('CVSSv31');
      expect(ofB.GeneratedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    });

    it('lists reports in the order that is asked for, and wants exactly one of three filters', async () => {
      const uids = async (url: string) => (await get(url)).json.Results.map(({ UID }: { UID: string }) => UID);
      expect(await uids(`/api/v1/reports?digest=${digestA}`)).toEqual(['second', 'first']);
      expect(await uids(`/api/v1/reports?digest=${digestA}&ordering=ASC`)).toEqual(['first', 'second']);
      expect(await uids('/api/v1/reports?original_location=registry.example.com/results@sha256:1')).toEqual(['of-b']);
      expect((await get('/api/v1/reports')).status).toBe(400);
      expect((await get(`/api/v1/reports?digest=${digestA}&sha=x`)).status).toBe(400);
      expect((await get('/api/v1/reports?original_location=x&artifact_group_uid=y')).status).toBe(400);
      const several = await running.ask('POST', '/api/v1/reports/_search', {
        body: { ReportUIDs: ['first', 'of-b', 'nobody'], PageSize: 1, Page: 2 },
      });
      expect(several.json).toMatchObject({ Count: 2, CurrentPage: 2, LastPage: 2, PageSize: 1 });
      expect(several.json.Results.map(({ UID }: { UID: string }) => UID)).toEqual(['of-b']);
    });

    it('cuts lists into pages, gives everything without a wish, and nothing past the end', async () => {
      const all = (await get('/api/v1/packages?package_manager=npm')).json;
      expect(all).toMatchObject({ Count: 2, CurrentPage: 1, LastPage: 1, PageSize: 2 });
      const second = (await get('/api/v1/packages?package_manager=npm&page=2&page_size=1')).json;
      expect(second).toMatchObject({ Count: 2, CurrentPage: 2, LastPage: 2, PageSize: 1 });
      expect(second.Results).toHaveLength(1);
      const beyond = await get('/api/v1/packages?package_manager=npm&page=9');
      expect([beyond.status, beyond.json.Results, beyond.json.Count]).toEqual([200, [], 2]);
      expect((await get('/api/v1/packages?page=0')).status).toBe(400);
      expect((await get('/api/v1/packages?package_manager=npm&page=1&all=true')).json.Results).toHaveLength(2);
      expect((await get('/api/v1/packages?name=PAD')).json.Results[0].Name).toBe('left-pad');
    });

    it('filters by severity in any case, and counts no rating as unknown', async () => {
      const ids = async (url: string) => (await get(url)).json.Results.map(({ CVEID }: { CVEID: string }) => CVEID);
      const stem = `/api/v1/images/vulnerabilities?digest=${digestB}`;
      expect(await ids(`${stem}&Severity=HIGH`)).toEqual(['CVE-2024-0001']);
      expect(await ids(`${stem}&Severity=low`)).toEqual([]);
      expect((await get(`${stem}&Severity=awful`)).status).toBe(400);
      await running.ask('POST', '/api/sourceReport', {
        body: {
          Repository: 'repo',
          Sha: 'main/abc',
          Packages: [{ Name: 'zlib', Version: '1', Vulnerabilities: [{ CVEID: 'CVE-2024-9999', Ratings: [] }] }],
        },
      });
      expect(await ids('/api/v1/sources/vulnerabilities?sha=main/abc&Severity=unknown')).toEqual(['CVE-2024-9999']);
      expect((await get('/api/sources/main%2Fabc/packages')).json[0].Name).toBe('zlib');
      expect((await get('/api/sources?repo=repo&sha=main/abc')).json[0]).toMatchObject({
        Sha: 'main/abc',
        DeletedAt: null,
      });
    });

    it('takes a tree of rows from old clients, unknown keys and all, and makes no report of it', async () => {
      const digest = `sha256:${'e'.repeat(64)}`;
      const answer = await running.ask('POST', '/api/imageReport', {
        body: {
          Registry: 'r.example.com',
          Name: 'old',
          Digest: digest,
          Whatever: 1,
          Packages: [
            {
              Name: 'curl',
              Version: '8',
              PackageManager: 'Go',
              Vulnerabilities: [
                {
                  CVEID: 'CVE-2020-1',
                  PrimaryURL: 'https://example.com/1',
                  References: [''],
                  Ratings: [{ MethodTypeID: 2, Score: 9.8, Severity: 'Critical', Vector: 'v' }],
                },
              ],
            },
          ],
          Sources: [{ Repository: 'src', Sha: 'f00' }],
        },
      });
      expect(answer.status).toBe(200);
      expect(answer.json.Sources[0]).toMatchObject({ Repository: 'src', Sha: 'f00' });
      const vulnerability = answer.json.Packages[0].Vulnerabilities[0];
      expect(vulnerability).toMatchObject({ CVEID: 'CVE-2020-1', URL: 'https://example.com/1', References: [] });
      expect(vulnerability.Ratings[0]).toMatchObject({ MethodTypeID: 2, Score: 9.8, Severity: 'Critical' });
      expect((await get(`/api/v1/reports?digest=${digest}`)).json.Count).toBe(0);
      const missing = await running.ask('POST', '/api/imageReport', {
        body: { Name: 'x', Digest: 'y', Packages: [{}] },
      });
      expect(missing.json.message).toMatch(/Packages\[0\].Name is missing/);
    });

    it('takes home pages, and SPDX’s references to vulnerabilities, which say nothing about how bad', async () => {
      const version = `sha256:${'7'.repeat(64)}`;
      // Typed from SPDX 2.2 §3 and Annex F.
      const spdx = {
        ...{ spdxVersion: 'SPDX-2.2', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name: 'a' },
        documentNamespace: 'https://example.com/a',
        creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: t-1'] },
        packages: [
          {
            ...{ SPDXID: 'SPDXRef-p', name: 'spdx-only', versionInfo: '3', downloadLocation: 'NOASSERTION' },
            homepage: 'https://home.example.com/p',
            externalRefs: [
              {
                referenceCategory: 'SECURITY',
                referenceType: 'advisory',
                referenceLocator: 'https://nvd.nist.gov/vuln/detail/CVE-2024-7777',
              },
            ],
          },
        ],
      };
      const answer = await running.ask('POST', '/api/v1/images', {
        headers: {
          'report-type-format': 'spdx',
          'content-type': 'application/json',
          'entity-name': 's',
          'entity-version': version,
        },
        body: JSON.stringify(spdx),
      });
      expect(answer.status).toBe(200);
      const [pkg] = (await get('/api/packages?name=spdx-only')).json;
      expect(pkg).toMatchObject({ Homepage: 'https://home.example.com/p', PackageManager: 'Unknown' });
      expect(pkg.Vulnerabilities).toEqual([expect.objectContaining({ CVEID: 'CVE-2024-7777', Ratings: [] })]);
    });

    it('says what it does not have: 404 for one, an empty list for many', async () => {
      expect((await get('/api/v1/images/sha256:nothing')).text).toBe('{"message":"Not found"}');
      expect((await get('/api/v1/images/sha256:nothing')).status).toBe(404);
      expect((await get('/api/images?digest=nothing')).status).toBe(404);
      expect((await get('/api/v1/reports/nothing')).status).toBe(404);
      expect((await get('/api/packages?name=nothing')).json).toEqual([]);
      expect((await get('/api/v1/images?digest=nothing')).json).toMatchObject({ Count: 0, Results: [] });
      expect((await get('/api/packages')).status).toBe(400);
      expect((await get('/api/vulnerabilities')).status).toBe(400);
    });

    it('keeps groups: labels are merged, entities and reports linked, and unknown ones refused', async () => {
      const ask = (body: object) => running.ask('POST', '/api/v1/artifact-groups', { body });
      const image = (await get(`/api/v1/images?digest=${digestB}`)).json.Results[0];
      const made = await ask({ UID: 'its-own', Labels: { name: 'app' }, Type: 'image', EntityID: image.ID });
      expect(made.status).toBe(201);
      const again = await ask({ uid: 'its-own', labels: { namespace: 'ns' }, ReportUID: 'second' });
      expect([again.status, again.json.Labels]).toEqual([201, { name: 'app', namespace: 'ns' }]);
      expect(again.json.Entities).toHaveLength(2);
      for (const body of [
        { UID: 'its-own', Type: 'image', EntityID: 99_999 },
        { UID: 'its-own', Type: 'source', EntityID: image.ID },
        { UID: 'its-own', Type: 'chart', EntityID: 1 },
        { UID: 'its-own', ReportUID: 'nobody' },
        { Labels: {} },
      ])
        expect((await ask(body)).status).toBe(400);
      const reports = (
        await get(`/api/v1/reports?digest=${digestA}&artifact_group_name=app&artifact_group_namespace=ns`)
      ).json;
      expect(reports.Results).toHaveLength(1);
      expect(reports.Results[0].artifact_group.UID).toBeTypeOf('string');
    });

    it('searches groups, and says how far a vulnerability reaches', async () => {
      const search = await running.ask('POST', '/api/v1/artifact-groups/_search', {
        body: { Digests: [digestB, digestA], PackageName: 'openssl', CVEID: 'CVE-2024-0001' },
      });
      const found = search.json.Results.find(({ UID }: { UID: string }) => UID === group);
      expect(found.Entities.map(({ Digest }: { Digest: string }) => Digest).sort()).toEqual([digestA, digestB]);
      expect(names(found.Entities[0].Packages)).toEqual(['openssl']);
      const ask = (what: string, body: object) =>
        running.ask('POST', `/api/v1/artifact-groups/vulnerabilities/${what}`, { body });
      const vulnerability = (await ask('_search', { Digests: [digestB] })).json.Results[0];
      expect(vulnerability).toMatchObject({
        CVEID: 'CVE-2024-0001',
        Packages: [{ Name: 'openssl' }],
        ArtifactGroups: expect.arrayContaining([expect.objectContaining({ UID: group })]),
      });
      const reach = (await ask('_reach', { Digests: [digestB], Severities: ['HIGH'] })).json.Results;
      expect(reach).toEqual([
        { AgCount: expect.any(Number), Vulnerability: expect.objectContaining({ CVEID: 'CVE-2024-0001' }) },
      ]);
      expect((await ask('_reach', { Digests: [digestB], Severities: ['low'] })).json.Count).toBe(0);
      expect((await ask('_reach', {})).status).toBe(400);
    });

    it('keeps decisions: a trail for each instance, copied and carried by the rules', async () => {
      const wish = (more: object = {}) => ({
        vulnerability: { CVEID: 'CVE-2024-0001' },
        package: { Name: 'openssl', Version: '1.1.1' },
        image: { Digest: digestB },
        ArtifactGroupUid: group,
        ...more,
      });
      const triage = (body: object) => running.ask('POST', '/api/v1/triage', { body });
      const made = await triage(wish());
      expect(made.status).toBe(201);
      const update = await triage(wish({ analysis: { State: 'exploitable', Response: ['update'], Comments: 'soon' } }));
      expect([update.status, update.json.UID]).toEqual([200, made.json.UID]);
      const listed = (await get(`/api/v1/triage?digest=${digestB}`)).json.Results[0];
      expect(listed.Analysis.map(({ State }: { State: string }) => State)).toEqual(['exploitable', 'in_triage']);
      expect(listed).toMatchObject({ CreatedBy: 'tester', ArtifactGroupUID: group, image: { Name: 'team/app' } });
      for (const bad of [
        wish({ analysis: { State: 'not_affected' } }),
        wish({ analysis: { State: 'fine' } }),
        wish({ analysis: {} }),
        wish({ source: { Sha: 'x' } }),
        wish({ image: { Digest: digestC } }),
        wish({ package: { Name: 'left-pad', Version: '1.0.0' } }),
        wish({ ArtifactGroupUid: 'nobody' }),
        wish({ vulnerability: { CVEID: 'CVE-1' } }),
      ])
        expect((await triage(bad)).status).toBe(400);
      // The image of digest A came later, has the package and no decision yet.
      const options = (await get(`/api/v1/triage/rebase?digest=${digestA}&artifact_group_uid=${group}`)).json;
      expect(options.Results.map(({ UID }: { UID: string }) => UID)).toEqual([made.json.UID]);
      const copy = (uid: string, body: object) => running.ask('POST', `/api/v1/triage/${uid}/copy`, { body });
      expect((await copy(made.json.UID, { image: { Digest: digestA } })).status).toBe(201);
      expect((await copy(made.json.UID, { image: { Digest: digestA } })).status).toBe(200);
      expect((await copy('nobody', { image: { Digest: digestA } })).status).toBe(404);
      expect((await copy(made.json.UID, { image: { Digest: digestC } })).status).toBe(400);
      expect((await copy(made.json.UID, {})).status).toBe(400);
      const after = (await get(`/api/v1/triage/rebase?digest=${digestA}&artifact_group_uid=${group}`)).json;
      expect(after.Count).toBe(0);
    });

    it('writes SBOMs: of everything in an image, and of one report', async () => {
      const image = await running.ask('GET', `/api/v1/images/${digestA}`, {
        headers: { 'report-type-format': 'CycloneDX', accept: 'application/json' },
      });
      expect(image.json).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.4' });
      expect(image.json.metadata.tools[0].name).toBe('SCST - Store');
      expect(image.json.components.map(({ name }: { name: string }) => name).sort()).toEqual(['left-pad', 'openssl']);
      const xml = await running.ask('GET', '/api/v1/reports/second', {
        headers: { 'report-type-format': 'cyclonedx', accept: 'application/xml' },
      });
      expect(xml.text).toMatch(/<timestamp>2026-02-02T03:04:05Z<\/timestamp>/);
      expect(xml.text).not.toMatch(/openssl/);
      expect(xml.text).toMatch(/<name>grype<\/name>/);
      const spdx = await running.ask('GET', '/api/v1/reports/second', {
        headers: { 'report-type-format': 'spdx2.2', accept: 'application/json' },
      });
      expect(spdx.json.spdxVersion).toBe('SPDX-2.2');
      const bad = await running.ask('GET', '/api/v1/reports/second', { headers: { 'report-type-format': 'swid' } });
      expect(bad.status).toBe(400);
    });
  });
}
