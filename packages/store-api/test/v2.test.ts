import { readDocument, validateDocument } from '@assay/sbom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asCycloneDx, cycloneDx, digestA, digestB, digestC, type Wish } from './documents.ts';
import { engines } from './engines.ts';
import { type RunningStore, startStore, writeToken } from './start-store.ts';

const group = '5d0c9f9c-9a43-4a53-a3c5-6d7f5f1f6c01';
const kept = { 'CVE-2024-0001': ['high', 7.5] } as const;
const first = { ...kept, 'CVE-2024-0002': ['critical', 9.8] } as const;
const second = { ...kept, 'CVE-2024-0003': ['medium', 5] } as const;
const formula = { name: '=cmd', version: '1', vulnerabilities: { 'CVE-2024-0004': ['low', 2] } } as const;
const openssl = { name: 'openssl', version: '1.1.1' };
const pad = (version: string) => ({ name: 'left-pad', version });

interface Item {
  readonly cve: string;
  readonly package: { readonly name: string; readonly version: string };
  readonly artifact: { readonly id: number; readonly digest: string };
}

for (const engine of engines()) {
  describe(`/api/v2 on ${engine.name}`, () => {
    let running: RunningStore;
    const get = (path: string) => running.ask('GET', `/api/v2${path}`);
    const post = async (wish: Wish, uid: string, path = '/api/v1/images') => {
      const document = cycloneDx(wish) as { vulnerabilities: { id: string; recommendation?: string }[] };
      for (const each of document.vulnerabilities)
        if (each.id === 'CVE-2024-0001') each.recommendation = 'Upgrade openssl to version 3.0.2';
      const headers = { ...asCycloneDx, 'report-uid': uid };
      const answer = await running.ask('POST', path, { headers, body: JSON.stringify(document) });
      expect(answer.status).toBe(200);
    };
    /** Findings as `digest's letter:CVE`, in the order of the answer. */
    const shown = (items: readonly Item[]) =>
      items.map(({ artifact, cve }) => `${artifact.digest.replace('sha256:', '').charAt(0)}:${cve.slice(-4)}`);
    const find = async (query: string) => {
      const answer = await get(`/findings${query}`);
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
      return shown(answer.json.items);
    };

    beforeAll(async () => {
      running = await startStore(await engine.create());
      await post({ parts: [{ ...openssl, vulnerabilities: first }, pad('1.0.0'), pad('0.9.0')] }, 'a-1');
      await post(
        { timestamp: '2026-02-02T03:04:05Z', parts: [{ ...openssl, vulnerabilities: second }, pad('1.1.0'), formula] },
        'a-2',
      );
      await post({ version: digestB, parts: [{ ...openssl, vulnerabilities: kept }] }, 'b-1');
      await post(
        {
          name: 'other.example.com/tool',
          version: digestC,
          parts: [{ name: 'openssl', version: '3.0.0', vulnerabilities: kept }],
        },
        'c-1',
      );
      const source = 'https://git.example.com/my-org/my-repo';
      await post({ name: source, version: 'beef', parts: [{ ...formula, name: 'lib' }] }, 's-1', '/api/v1/sources');
      for (const ReportUID of ['a-2', 'b-1'])
        await running.ask('POST', '/api/v1/artifact-groups', {
          body: { UID: group, ReportUID, Labels: { name: 'app', namespace: 'pay' } },
        });
      const decide = async (cve: string, analysis: object) => {
        const made = await running.ask('POST', '/api/v1/triage', {
          body: {
            ...{ vulnerability: { CVEID: cve }, package: { Name: 'openssl', Version: '1.1.1' } },
            ...{ image: { Digest: digestA }, ArtifactGroupUid: group, analysis },
          },
        });
        expect(made.status).toBeLessThan(300);
      };
      await decide('CVE-2024-0001', { State: 'in_triage' });
      await decide('CVE-2024-0001', {
        ...{ State: 'not_affected', Justification: 'code_not_reachable', Comments: '-never called' },
      });
      await decide('CVE-2024-0003', { State: 'exploitable', Response: ['update'] });
    });
    afterAll(async () => {
      await running.close();
      await engine.stop();
    });

    it('lists what is found now, the worst first, with since when and what was decided', async () => {
      const { json } = await get('/findings');
      expect(json).toMatchObject({ total: { kind: 'exact', value: 6 }, next: null });
      expect(shown(json.items)).toEqual(['a:0001', 'b:0001', 'c:0001', 'a:0003', 'a:0004', 'b:0004']);
      const decision = { state: 'not_affected', justification: 'code_not_reachable', by: 'tester', group };
      expect(json.items[0]).toEqual({
        cve: 'CVE-2024-0001',
        severity: 'high',
        package: { ...openssl, manager: 'npm', purl: 'pkg:npm/openssl@1.1.1' },
        artifact: {
          ...{ id: expect.any(Number), kind: 'image', host: 'registry.example.com', organization: '' },
          ...{ name: 'team/app', digest: digestA },
        },
        fixedIn: ['3.0.2'],
        firstSeen: '2026-01-02T03:04:05.000Z',
        lastSeen: '2026-02-02T03:04:05.000Z',
        fixedAt: null,
        triage: {
          ...{ ...decision, responses: [], comments: '-never called', at: expect.any(String) },
          carriedFrom: null,
        },
      });
      const a = json.items[0].artifact.id;
      expect(json.items[1].triage).toMatchObject({ ...decision, carriedFrom: { id: a, digest: digestA } });
      // Another name and no group: nothing is carried there.
      expect(json.items[2].triage).toBeNull();
    });

    it('knows what was ever found and when it was gone', async () => {
      const { json } = await get('/findings?when=ever&cve=CVE-2024-0002');
      expect(json.items).toMatchObject([
        {
          cve: 'CVE-2024-0002',
          severity: 'critical',
          firstSeen: '2026-01-02T03:04:05.000Z',
          lastSeen: '2026-01-02T03:04:05.000Z',
          fixedAt: '2026-02-02T03:04:05.000Z',
        },
      ]);
      expect(await find('?cve=CVE-2024-0002')).toEqual([]);
      expect((await find('?when=ever')).length).toBe(7);
    });

    it('counts vulnerabilities', async () => {
      const { json } = await get('/findings?grain=vulnerability&limit=2');
      expect(json.total).toEqual({ kind: 'exact', value: 3 });
      expect(json.items).toEqual([
        { cve: 'CVE-2024-0001', severity: 'high', artifacts: 3, packages: 2, isFixable: true },
        { cve: 'CVE-2024-0003', severity: 'medium', artifacts: 1, packages: 1, isFixable: false },
      ]);
      const rest = await get(`/findings?grain=vulnerability&limit=2&cursor=${json.next}`);
      expect(rest.json).toMatchObject({ items: [{ cve: 'CVE-2024-0004', artifacts: 2 }], next: null });
    });

    it('filters by everything it has', async () => {
      const all = ['a:0001', 'b:0001', 'c:0001', 'a:0003', 'a:0004', 'b:0004'];
      const rows: readonly (readonly [string, readonly string[]])[] = [
        ['severity=high', all.slice(0, 3)],
        ['severity=%3E%3Dmedium', all.slice(0, 4)],
        ['severity=%3Chigh', all.slice(3)],
        ['severity=medium,low', all.slice(3)],
        ['cve=cve-2024-0003', ['a:0003']],
        ['cve=CVE-2024-000*', all],
        ['cve=CVE-2024-0002', []],
        ['package=openssl', all.slice(0, 4)],
        ['package=open*', all.slice(0, 4)],
        ['package=%3Dcmd,lib', all.slice(4)],
        ['version=3.0.0', ['c:0001']],
        ['purl=pkg:npm/openssl', all.slice(0, 4)],
        ['purl=pkg:npm/openssl@3.0.0', ['c:0001']],
        ['purl=pkg:npm/openssl@3.0.0%3Farch=x', []],
        ['image=team/app', ['a:0001', 'b:0001', 'a:0003', 'a:0004']],
        ['image=registry.example.com/team/app', ['a:0001', 'b:0001', 'a:0003', 'a:0004']],
        [`image=registry.example.com/team/app@${digestB}`, ['b:0001']],
        ['image=t*', all.slice(0, 5)],
        ['registry=other.example.com', ['c:0001']],
        [`digest=${digestA}`, ['a:0001', 'a:0003', 'a:0004']],
        ['kind=source', ['b:0004']],
        [`group=${group}`, ['a:0001', 'b:0001', 'a:0003', 'a:0004']],
        ['groupName=app&namespace=pay&fix=yes', ['a:0001', 'b:0001']],
        ['namespace=other', []],
        ['fix=no', all.slice(3)],
        ['state=not_affected', ['a:0001', 'b:0001']],
        ['state=exploitable,in_triage', ['a:0003']],
        ['state=none', ['c:0001', 'a:0004', 'b:0004']],
        [`q=${encodeURIComponent('severity:>=medium -image:team/app')}`, ['c:0001']],
        [`q=${encodeURIComponent('CVE-2024-0001 -state:none ns:pay')}`, ['a:0001', 'b:0001']],
        [`q=${encodeURIComponent('ssl -pkg:npm/openssl@1.1.1')}`, ['c:0001']],
        [`q=${encodeURIComponent(`${digestA} package:"=cmd"`)}`, ['a:0004']],
      ];
      for (const [query, expected] of rows) {
        const asked = await get(`/findings?${query}`);
        expect([query, asked.status, shown(asked.json.items ?? [])]).toEqual([query, 200, expected]);
        expect(asked.json.total).toEqual({ kind: 'exact', value: expected.length });
      }
    });

    it('gives each finding once over all pages, in every order', async () => {
      for (const query of ['', 'severity=>=low&', 'package=openssl&', 'kind=image&', 'when=ever&'])
        for (const sort of ['severity', 'cve', 'package', 'artifact']) {
          const whole = (await get(`/findings?${query}sort=${sort}`)).json;
          const keys = ({ cve, package: pkg, artifact }: Item) => `${cve} ${pkg.name} ${pkg.version} ${artifact.id}`;
          const seen: string[] = [];
          for (let cursor: string | null = ''; cursor !== null; ) {
            const page: { items: Item[]; next: string | null; total: object } = (
              await get(`/findings?${query}sort=${sort}&limit=2&cursor=${cursor}`)
            ).json;
            expect(page.total).toEqual(whole.total);
            seen.push(...page.items.map(keys));
            cursor = page.next;
          }
          expect([query, sort, seen]).toEqual([query, sort, whole.items.map(keys)]);
          expect(new Set(seen).size).toBe(whole.total.value);
        }
      expect((await find('?sort=package&limit=2'))[0]).toBe('a:0004');
    });

    it('refuses what it does not understand, with a problem', async () => {
      const next = (await get('/findings?limit=1')).json.next;
      for (const path of [
        '/findings?limit=0',
        '/findings?limit=1001',
        '/findings?limit=many',
        '/findings?cursor=nonsense',
        `/findings?cursor=${Buffer.from('[1,["a"],"exact",1]').toString('base64url')}`,
        `/findings?limit=1&severity=high&cursor=${next}`,
        '/findings?colour=red',
        '/findings?severity=bad',
        '/findings?severity=high&severity=low',
        '/findings?fix=maybe',
        '/findings?state=fine',
        '/findings?purl=openssl',
        '/findings?q=colour:red',
        '/findings?q=severity:',
        '/findings?sort=size',
        '/findings?grain=vulnerability&sort=artifact',
        '/findings?package=%00',
        '/artifacts?severity=high',
        '/artifacts/x/history',
        '/packages',
        '/packages?name=a&purl=pkg:npm/a',
        '/diff?from=a-1',
        '/export',
        '/export?format=pdf',
        '/openapi.json?a=b',
      ]) {
        const { status, headers, json } = await get(path);
        expect([path, status, headers['content-type']]).toEqual([
          ...[path, 400, 'application/problem+json; charset=utf-8'],
        ]);
        expect(json).toMatchObject({ status: 400, code: 'REQUEST_INVALID', instance: expect.stringMatching(/^req-/) });
        for (const field of ['title', 'detail', 'hint']) expect([path, json[field]]).not.toEqual([path, '']);
      }
      for (const path of [
        '/nothing',
        '/artifacts/999/history',
        '/vulnerabilities/CVE-1',
        '/packages?name=nobody',
        '/diff?from=x&to=a-1',
      ]) {
        const { status, json } = await get(path);
        expect([path, status, json.code]).toEqual([path, 404, 'NOT_STORED']);
      }
      expect((await running.ask('GET', '/api/v2/findings', { token: null })).status).toBe(401);
    });

    it('lists artifacts and the history of one', async () => {
      const { json } = await get('/artifacts?kind=image&limit=2');
      expect(json.total).toEqual({ kind: 'exact', value: 3 });
      expect(json.items).toMatchObject([
        {
          digest: digestA,
          counts: { critical: 0, high: 1, medium: 1, low: 1, minor: 0, unknown: 0, fixable: 1 },
          lastReport: { uid: 'a-2', at: '2026-02-02T03:04:05.000Z' },
          groups: [group],
        },
        { digest: digestB },
      ]);
      const rest = (await get(`/artifacts?kind=image&limit=2&cursor=${json.next}`)).json;
      expect(rest.items).toMatchObject([{ digest: digestC, groups: [] }]);
      const path = `/artifacts/${json.items[0].id}/history?limit=1`;
      const one = (await get(path)).json;
      expect(one).toMatchObject({ artifact: { digest: digestA }, total: { value: 2 } });
      expect(one.items).toMatchObject([
        { uid: 'a-1', packages: 3, counts: { critical: 1, high: 1 }, tool: { name: 'grype' } },
      ]);
      const two = (await get(`${path}&cursor=${one.next}`)).json;
      expect(two).toMatchObject({ items: [{ uid: 'a-2', counts: { critical: 0, medium: 1 } }], next: null });
    });

    it('says what is known of a vulnerability, and which rating wins', async () => {
      const { json } = await get('/vulnerabilities/cve-2024-0001');
      expect(json).toMatchObject({
        id: 'CVE-2024-0001',
        severity: 'high',
        ratings: [{ source: 'nvd', method: 'CVSSv31', severity: 'high', score: 7.5, wins: true }],
        packages: { total: { value: 2 }, items: [{ version: '1.1.1', fixedIn: ['3.0.2'] }, { version: '3.0.0' }] },
        artifacts: { total: { kind: 'exact', value: 3 } },
        groups: { items: [{ uid: group, labels: { name: 'app', namespace: 'pay' } }] },
      });
      expect(json.severityRule).toMatch(/worst/);
    });

    it('says where a package is now and ever was', async () => {
      const now = (await get('/packages?name=left-pad')).json;
      expect(now.versions).toEqual([{ name: 'left-pad', version: '1.1.0', manager: 'npm', artifacts: 1 }]);
      expect(now.items).toMatchObject([{ package: pad('1.1.0'), artifact: { digest: digestA }, isCurrent: true }]);
      const ever = (await get('/packages?purl=pkg:npm/left-pad&when=ever&limit=2')).json;
      expect(ever.total).toEqual({ kind: 'exact', value: 3 });
      const rest = (await get(`/packages?purl=pkg:npm/left-pad&when=ever&limit=2&cursor=${ever.next}`)).json;
      expect([...ever.items, ...rest.items].map((each) => [each.package.version, each.isCurrent])).toEqual([
        ...[['0.9.0', false] as const, ['1.0.0', false] as const, ['1.1.0', true] as const],
      ]);
      expect((await get('/packages?purl=pkg:npm/left-pad@1.0.0')).json.items).toEqual([]);
    });

    it('compares two reports both ways, and what is newest about two images', async () => {
      const there = (await get('/diff?from=a-1&to=a-2')).json;
      const cves = (list: readonly Item[]) => list.map(({ cve }) => cve);
      expect(there.packages).toEqual({
        added: [
          { name: '=cmd', version: '1', manager: 'npm' },
          { name: 'left-pad', version: '1.1.0', manager: 'npm' },
        ],
        removed: [
          { name: 'left-pad', version: '0.9.0', manager: 'npm' },
          { name: 'left-pad', version: '1.0.0', manager: 'npm' },
        ],
        changed: [],
      });
      expect(cves(there.findings.new)).toEqual(['CVE-2024-0003', 'CVE-2024-0004']);
      expect(there.findings.fixed).toMatchObject([{ cve: 'CVE-2024-0002', severity: 'critical', package: 'openssl' }]);
      expect(cves(there.findings.kept)).toEqual(['CVE-2024-0001']);
      const back = (await get('/diff?from=a-2&to=a-1')).json;
      expect([back.findings.new, back.findings.fixed]).toEqual([there.findings.fixed, there.findings.new]);
      const heads = (await get(`/diff?from=digest:${digestA}&to=digest:${digestC}`)).json;
      expect(heads.from).toMatchObject({ report: 'a-2', artifact: { digest: digestA } });
      expect(heads.packages.changed).toEqual([{ name: 'openssl', manager: 'npm', from: '1.1.1', to: '3.0.0' }]);
      expect(cves(heads.findings.kept)).toEqual(['CVE-2024-0001']);
    });

    it('exports what it lists', async () => {
      const csv = await get('/export?format=csv&kind=image');
      expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
      const lines = csv.text.trimEnd().split('\r\n');
      expect(lines).toHaveLength(6);
      expect(lines.find((line) => line.startsWith('CVE-2024-0004'))).toMatch(/^CVE-2024-0004,low,'=cmd,1,/);
      expect(lines.filter((line) => line.includes(",'-never called,"))).toHaveLength(2);
      const headers = { authorization: `Bearer ${writeToken}` };
      const url = '/api/v2/export?format=jsonl&sort=severity';
      const json = (await running.server.inject({ url, headers })).body.trimEnd().split('\n');
      expect(json.map((line) => JSON.parse(line))).toEqual((await get('/findings')).json.items);
      const [run] = JSON.parse((await get('/export?format=sarif')).text).runs;
      expect(run.results).toHaveLength(6);
      for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect((await get('/export?format=csv&cve=CVE-1')).text.trimEnd().split('\r\n')).toHaveLength(1);
    });

    it('exports documents that are read again: CycloneDX and OpenVEX', async () => {
      const bytes = Buffer.from((await get('/export?format=cyclonedx')).text);
      expect(await validateDocument(bytes)).toMatchObject({ problems: [] });
      const { findings, inventory } = await readDocument(bytes);
      expect(findings).toHaveLength(6);
      expect(inventory.rejected).toEqual([]);
      expect(findings.find(({ analysis }) => analysis?.state === 'exploitable')?.id).toBe('CVE-2024-0003');
      const vex = JSON.parse((await get('/export?format=openvex')).text);
      expect(vex).toMatchObject({ '@context': 'https://openvex.dev/ns/v0.2.0', version: 1 });
      const statements = vex.statements.map((each: { vulnerability: { name: string }; status: string }) => [
        ...[each.vulnerability.name, each.status],
      ]);
      expect(statements.sort()).toEqual([
        ['CVE-2024-0001', 'not_affected'],
        ['CVE-2024-0001', 'not_affected'],
        ['CVE-2024-0003', 'affected'],
      ]);
      expect(vex.statements[0]).toMatchObject({
        products: [
          {
            '@id': expect.stringMatching(/^pkg:oci\/app@sha256:a+\?repository_url=/),
            subcomponents: [{ '@id': 'pkg:npm/openssl@1.1.1' }],
          },
        ],
        justification: 'vulnerable_code_not_in_execute_path',
        status_notes: 'not_affected: code_not_reachable: -never called',
      });
    });

    it('describes itself', async () => {
      const { json } = await get('/openapi.json');
      expect(json.openapi).toBe('3.1.0');
      expect(Object.keys(json.paths)).toContain('/artifacts/{id}/history');
      const names = json.paths['/findings'].get.parameters.map(({ name }: { name: string }) => name);
      expect(names).toEqual(expect.arrayContaining(['q', 'severity', 'purl', 'state', 'limit', 'cursor']));
      const used = JSON.stringify(json).matchAll(/"#\/components\/(\w+)\/(\w+)"/g);
      for (const [, kind = '', name = ''] of used) expect(json.components[kind]).toHaveProperty(name);
    });
  });
}
