/** Canned answers of a store, in the spelling of store-openapi.yaml. */
const ratings = (...severities: readonly string[]) =>
  severities.map((Severity, at) => ({ ID: at + 1, Vector: '', Score: 1, MethodTypeID: 2, MethodType: null, Severity }));

export const heartbleed = { ID: 1, CVEID: 'CVE-2024-0001', Ratings: ratings('Medium', 'Critical', 'Low') };
export const small = { ID: 2, CVEID: 'CVE-2024-0002', Ratings: ratings('Low') };
/** A vulnerability without rating counts as Unknown. Source: store.md §2.4. */
export const unrated = { ID: 3, CVEID: 'CVE-2024-0003', Ratings: null };

export const openssl = { ID: 11, Name: 'openssl', Version: '3.0.1', Vulnerabilities: [heartbleed, small] };
export const zlib = { ID: 12, Name: 'zlib', Version: '1.2.11', Vulnerabilities: null };
export const curl = { ID: 13, Name: 'curl', Version: '8.0.0', Vulnerabilities: [unrated] };

export const image = {
  ID: 21,
  Registry: 'registry.example.com',
  Name: 'team/app',
  Digest: 'sha256:a1',
  Packages: [openssl, zlib, curl],
  Sources: [],
};
export const source = {
  ID: 31,
  Host: 'git.example.com',
  Organization: 'my-org',
  Repository: 'my-repo',
  Sha: 'c0ffee',
  DeletedAt: null,
  Packages: [openssl, zlib],
};
export const vulnerabilities = [
  { ...heartbleed, Packages: [openssl, zlib] },
  { ...unrated, Packages: null },
];

/** A page as v1 lists give it. */
export const page = (...Results: readonly unknown[]) => ({
  Count: Results.length,
  CurrentPage: 1,
  LastPage: 1,
  PageSize: Results.length,
  Results,
});

export const tool = { Vendor: 'Anchore', Name: 'grype', Version: '0.70.0' };
export const reportHead = {
  UID: 'build-1',
  GeneratedAt: '2024-01-01T00:00:00Z',
  EntityType: 'image',
  EntityUID: 'sha256:a1',
  OriginalLocation: '',
  tool,
  artifact_group: null,
};
export const imageReport = {
  UID: 'build-1',
  GeneratedAt: '2024-01-01T00:00:00Z',
  OriginalLocation: '',
  tool,
  entity: {
    Type: 'image',
    Name: 'team/app',
    Digest: 'sha256:a1',
    Registry: '',
    ArtifactGroups: null,
    Packages: [
      zlib,
      { ...openssl, Vulnerabilities: [{ ...small, Ratings: [{ MethodType: 'CVSSv3', Severity: 'Low' }] }] },
    ],
  },
};
export const sourceReport = {
  UID: 'commit-1',
  GeneratedAt: '2024-01-01T00:00:00Z',
  tool: null,
  entity: { Type: 'source', Host: 'git.example.com', Org: 'my-org', Repo: 'my-repo', Sha: 'c0ffee', Packages: [zlib] },
};
export const analysis = {
  UID: 'triage-1',
  ArtifactGroupUID: 'group-1',
  CreatedBy: 'someone',
  vulnerability: { CVEID: 'CVE-2024-0001', Description: '' },
  package: { Name: 'openssl', Version: '3.0.1', PackageManager: 'Unknown' },
  image: { Registry: 'registry.example.com', Name: 'team/app', Digest: 'sha256:a1' },
  source: null,
  Analysis: [
    {
      State: 'not_affected',
      Justification: 'code_not_reachable',
      Response: ['update', 'rollback'],
      Comments: 'not called',
      CreatedBy: 'dev@example.com',
    },
    { State: 'in_triage', Justification: '', Response: null, Comments: '', CreatedBy: 'dev@example.com' },
  ],
};
