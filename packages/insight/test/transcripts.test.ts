import { describe, expect, it } from 'vitest';
import { call, withStore } from './call.ts';
import {
  analysis,
  curl,
  image,
  imageReport,
  openssl,
  page,
  reportHead,
  source,
  sourceReport,
  vulnerabilities,
  zlib,
} from './documents.ts';
import { Reply } from './fake-store.ts';

/** The answers that all transcripts are made of. */
const table: Readonly<Record<string, unknown>> = {
  'GET /api/health': new Reply(200, ''),
  'GET /api/v1/images/sha256%3Aa1': image,
  'GET /api/v1/images/packages?all=true&digest=sha256%3Aa1': page(openssl, zlib, curl),
  'GET /api/v1/images/packages?all=true&name=team%2Fapp': page(),
  'GET /api/v1/images/vulnerabilities?all=true&digest=sha256%3Aa1': page(...vulnerabilities),
  'GET /api/packages?name=openssl&version=3.0.1': [openssl],
  'GET /api/packages?name=nothing&version=1': [],
  'GET /api/packages/%40scope%2Fname/images': [image, { ...image, Digest: 'sha256:b2' }],
  'GET /api/packages/openssl/sources': [source],
  'GET /api/packages/openssl/vulnerabilities': vulnerabilities,
  'GET /api/sources?sha=c0ffee': [source],
  'GET /api/sources?org=my-org&repo=my-repo': [source],
  'GET /api/sources?sha=nothing': [],
  'GET /api/sources/packages?repo=my-repo&sha=c0ffee': [openssl, zlib],
  'GET /api/sources/vulnerabilities?sha=c0ffee': vulnerabilities,
  'GET /api/vulnerabilities?CVEID=CVE-2024-0001': [vulnerabilities[0]],
  'GET /api/vulnerabilities?CVEID=CVE-0': null,
  'GET /api/vulnerabilities/CVE-2024-0001/images': [image],
  'GET /api/vulnerabilities/CVE-2024-0001/packages': [openssl],
  'GET /api/vulnerabilities/CVE-2024-0001/sources': [source],
  'GET /api/v1/reports/build-1': imageReport,
  'GET /api/v1/reports/commit-1': sourceReport,
  'GET /api/v1/reports?all=true&digest=sha256%3Aa1&ordering=DESC': page(reportHead, {
    ...reportHead,
    UID: 'build-2',
    EntityType: 'source',
    EntityUID: 'c0ffee',
    tool: null,
  }),
  'GET /api/v1/reports?all=true&artifact_group_name=app&artifact_group_namespace=apps&ordering=ASC&sha=c0ffee': page(),
  'GET /api/v1/triage?page=1&page_size=10': {
    Count: 12,
    CurrentPage: 1,
    LastPage: 2,
    PageSize: 10,
    Results: [analysis],
  },
  'GET /api/v1/triage?commit=c0ffee&org=o&page=2&page_size=5&repo=r': {
    ...page({
      ...analysis,
      image: null,
      source: { Org: 'my-org', Repo: 'my-repo', Sha: 'c0ffee' },
      Analysis: [{ State: 'in_triage' }],
    }),
    CurrentPage: 2,
    LastPage: 2,
    Count: 6,
  },
};

const imageHead = (digest: string, first: string, other: string) =>
  `${first}Registry:\tregistry.example.com\n${other}Image Name:\tteam/app\n${other}Digest:    \t${digest}\n`;

/** Typed from spec/insight.md; `\t` is its `<TAB>`. */
const transcripts: readonly [why: string, words: string, told: string][] = [
  ['§3.2 health', 'health', 'Success: Reached Metadata Store!\n'],
  [
    '§4.1 image get: highest severity, packages numbered on, CVEs anew',
    'image get --digest sha256:a1',
    'Registry:\tregistry.example.com\nImage Name:\tteam/app\nDigest:    \tsha256:a1\nPackages:\n' +
      '\t1. openssl@3.0.1\n\tCVEs:\n\t\t1. CVE-2024-0001 (Critical)\n\t\t2. CVE-2024-0002 (Low)\n' +
      '\t2. zlib@1.2.11\n\t3. curl@8.0.0\n\tCVEs:\n\t\t1. CVE-2024-0003 (Unknown)\n',
  ],
  [
    '§4.6 image packages',
    'image packages -d sha256:a1',
    '1. openssl@3.0.1\nCVEs:\n\t1. CVE-2024-0001 (Critical)\n\t2. CVE-2024-0002 (Low)\n2. zlib@1.2.11\n3. curl@8.0.0\n' +
      'CVEs:\n\t1. CVE-2024-0003 (Unknown)\n',
  ],
  ['§4.6 image packages by name: an empty list is a newline', 'images packages -n team/app', '\n'],
  [
    '§4.6 image vulnerabilities, as §4.3',
    'image vulnerabilities --digest sha256:a1',
    '1. CVE-2024-0001 (Critical)\nPackages:\n\t1. openssl@3.0.1\n\t2. zlib@1.2.11\n2. CVE-2024-0003 (Unknown)\n',
  ],
  [
    '§4.6 package get; §8 row 8: Unknown is no filter',
    'package get -n openssl -v 3.0.1 -p Unknown',
    '1. openssl@3.0.1\nCVEs:\n\t1. CVE-2024-0001 (Critical)\n\t2. CVE-2024-0002 (Low)\n',
  ],
  [
    '§4.6 package images: numbered blocks of the head of §4.1',
    'package images --name @scope/name',
    imageHead('sha256:a1', '1. ', '   ') + imageHead('sha256:b2', '2. ', '   '),
  ],
  [
    '§4.6 package sources: numbered blocks of the head of §4.2',
    'packages sources --name openssl',
    '1. ID:       \t31\n   Repository:  my-repo\n   Commit:  c0ffee\n   Organization:\tmy-org\n',
  ],
  [
    '§4.6 package vulnerabilities',
    'package vulnerabilities --name openssl',
    '1. CVE-2024-0001 (Critical)\nPackages:\n\t1. openssl@3.0.1\n\t2. zlib@1.2.11\n2. CVE-2024-0003 (Unknown)\n',
  ],
  [
    '§4.2 source get',
    'source get --commit c0ffee',
    'ID:       \t31\nRepository:  my-repo\nCommit:  c0ffee\nOrganization:\tmy-org\nPackages:\n' +
      '\t\t1. openssl@3.0.1\n\t\tCVEs:\n\t\t\t1. CVE-2024-0001 (Critical)\n\t\t\t2. CVE-2024-0002 (Low)\n\t\t2. zlib@1.2.11\n',
  ],
  [
    '§4.6 source packages',
    'sources packages -r my-repo -c c0ffee',
    '1. openssl@3.0.1\nCVEs:\n\t1. CVE-2024-0001 (Critical)\n\t2. CVE-2024-0002 (Low)\n2. zlib@1.2.11\n',
  ],
  [
    '§4.6 source vulnerabilities',
    'source vulnerabilities -c c0ffee',
    '1. CVE-2024-0001 (Critical)\nPackages:\n\t1. openssl@3.0.1\n\t2. zlib@1.2.11\n2. CVE-2024-0003 (Unknown)\n',
  ],
  [
    '§4.3 vulnerabilities get',
    'vulnerabilities get --cveid CVE-2024-0001',
    '1. CVE-2024-0001 (Critical)\nPackages:\n\t1. openssl@3.0.1\n\t2. zlib@1.2.11\n',
  ],
  [
    '§1.1 vuln and vulns are vulnerabilities',
    'vulns get -c CVE-2024-0001',
    '1. CVE-2024-0001 (Critical)\nPackages:\n\t1. openssl@3.0.1\n\t2. zlib@1.2.11\n',
  ],
  ['§4.6 vulnerabilities images', 'vuln images -c CVE-2024-0001', imageHead('sha256:a1', '1. ', '   ')],
  [
    '§4.6 vulnerabilities packages',
    'vulnerability packages -c CVE-2024-0001',
    '1. openssl@3.0.1\nCVEs:\n\t1. CVE-2024-0001 (Critical)\n\t2. CVE-2024-0002 (Low)\n',
  ],
  [
    '§4.6 vulnerabilities sources',
    'vulnerabilities sources -c CVE-2024-0001',
    '1. ID:       \t31\n   Repository:  my-repo\n   Commit:  c0ffee\n   Organization:\tmy-org\n',
  ],
  [
    '§4.4 report list: newest first unless said otherwise',
    'report list --digest sha256:a1',
    '1. \tUID:       \tbuild-1\n  Entity Type:  \timage\n  Entity UID:  \tsha256:a1\n  Generated At:  \t2024-01-01T00:00:00Z\n' +
      '  Tool:\n    Name:    grype\n    Version: 0.70.0\n    Vendor:  Anchore\n' +
      '2. \tUID:       \tbuild-2\n  Entity Type:  \tsource\n  Entity UID:  \tc0ffee\n  Generated At:  \t2024-01-01T00:00:00Z\n' +
      '  Tool:\n    Name:    \n    Version: \n    Vendor:  \n',
  ],
  [
    '§3.10 report list: names of the query',
    'reports list -c c0ffee --workload-name app --namespace apps --order ASC',
    '\n',
  ],
  [
    '§4.5 report get',
    'report get --uid build-1',
    'UID:               build-1\nGenerated At:      2024-01-01T00:00:00Z\nTool:\n  Name:    grype\n  Version: 0.70.0\n' +
      '  Vendor:  Anchore\nEntity:\n  Type:     image\n  Name:     team/app\n  Digest:   sha256:a1\n  Registry: \n  Packages:\n' +
      '    1. zlib@1.2.11\n    2. openssl@3.0.1\n    CVEs:\n      1. CVE-2024-0002 (Low)\n',
  ],
  [
    '§4.6 report get of a source',
    'report get --uid commit-1',
    'UID:               commit-1\nGenerated At:      2024-01-01T00:00:00Z\nTool:\n  Name:    \n  Version: \n  Vendor:  \n' +
      'Entity:\n  Type:     source\n  Host:     git.example.com\n  Org:      my-org\n  Repo:     my-repo\n  Sha:      c0ffee\n' +
      '  Packages:\n    1. zlib@1.2.11\n',
  ],
  [
    '§4.6 triage list: the newest finding is element 0 (store.md §14 row 9)',
    'triage list',
    '1. UID:            triage-1\n   CVE:            CVE-2024-0001\n   Package:        openssl@3.0.1\n' +
      '   Image:          registry.example.com/team/app@sha256:a1\n   Artifact Group: group-1\n   State:          not_affected\n' +
      '   Justification:  code_not_reachable\n   Response:       update, rollback\n   Comment:        not called\n' +
      '   Created By:     dev@example.com\nPage 1 of 2 (12 results)\n',
  ],
  [
    '§3.11 triage list: filters and pages',
    'triage list -c c0ffee --src-org o --src-repo r -l 5 -p 2',
    '1. UID:            triage-1\n   CVE:            CVE-2024-0001\n   Package:        openssl@3.0.1\n' +
      '   Source:         my-org/my-repo@c0ffee\n   Artifact Group: group-1\n   State:          in_triage\n' +
      '   Justification:  \n   Response:       \n   Comment:        \n   Created By:     someone\nPage 2 of 2 (6 results)\n',
  ],
  ['§1.1 version', 'version', 'v1.2.3\n'],
  [
    '§1.3 api-json is the server’s JSON',
    'package get -n openssl -v 3.0.1 --output-format api-json',
    `${JSON.stringify([openssl])}\n`,
  ],
  ['§1.3 the old --format json', 'package get -n openssl -v 3.0.1 -f json', `${JSON.stringify([openssl])}\n`],
  [
    '§8 row 6: --format of report get',
    'report get --uid commit-1 --format api-json',
    `${JSON.stringify(sourceReport)}\n`,
  ],
];

describe('each command prints what the specification says', () => {
  for (const [why, words, told] of transcripts)
    it(why, () =>
      withStore(table, async (user) => {
        expect(await call(user, ...words.split(' '))).toEqual({ code: 0, out: told, err: '' });
      }),
    );
});

describe('what is not there', () => {
  for (const words of [
    'image get -d sha256:none',
    'package get -n nothing -v 1',
    'source get -c nothing',
    'vulnerabilities get -c CVE-0',
    'report get --uid none',
  ])
    it(`is said by ${words} (§7)`, () =>
      withStore(table, async (user) => {
        expect(await call(user, ...words.split(' '))).toEqual({ code: 1, out: '', err: 'Error: Not found\n' });
      }));
  for (const words of [
    'image packages -d none',
    'image vulnerabilities -d none',
    'package images -n none',
    'package sources -n none',
    'package vulnerabilities -n none',
    'source packages -c none',
    'source vulnerabilities -c none',
    'vulnerabilities images -c none',
    'vulnerabilities packages -c none',
    'vulnerabilities sources -c none',
    'report list -d none',
    'triage list -d none',
  ])
    it(`is an empty list for ${words}, a 404 too (§4.6, store.md §14 row 4)`, () =>
      withStore(table, async (user) => {
        expect(await call(user, ...words.split(' '))).toEqual({ code: 0, out: '\n', err: '' });
      }));
});
