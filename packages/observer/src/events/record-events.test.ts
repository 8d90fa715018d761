import { describe, expect, it } from 'vitest';
import { buildEvents, commitEvents, taskRunEvents } from './record-events.ts';
import { splitImage } from './source-event.ts';

const meta = { name: 'app', namespace: 'dev', uid: 'u1', annotations: { 'apps.tanzu.vmware.com/correlationid': 'c' } };
const ready = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' }];
const succeeded = [{ type: 'Succeeded', status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' }];
const sha = '0123456789012345678901234567890123456789';
const digest = `sha256:${'b'.repeat(64)}`;

// Shapes: spec/amr.md §3.7; revisions: fluxcd.io, "Source revisions"; results: tekton.dev and kaniko's documented task.
describe('a source revision', () => {
  const source = (revision: string | undefined) => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: meta,
    spec: { url: 'https://git.example.com/org/app.git' },
    status: { conditions: ready, ...(revision === undefined ? {} : { artifact: { revision } }) },
  });
  const cases: [revision: string, sha: string, tag: string][] = [
    [`main@sha1:${sha}`, sha, 'main'],
    [`main/${sha}`, sha, 'main'],
    [`v1.2.3@sha1:${sha}`, sha, 'v1.2.3'],
    [`sha1:${sha}`, sha, ''],
    [`latest@${digest}`, 'b'.repeat(64), 'latest'],
    ['1.2.3', '', '1.2.3'],
  ];
  it.each(cases)('%s is told as a commit', (revision, wantedSha, tag) => {
    expect(commitEvents(source(revision), 'gitrepositories', 'here')).toMatchObject([
      {
        type: 'vmware.tanzu.apps.commit.created.v1',
        source: 'here',
        id: `u1-${revision}`,
        subject: '/apis/source.toolkit.fluxcd.io/v1/namespaces/dev/gitrepositories/app',
        data: {
          correlationId: 'c',
          timestamp: '2026-01-02T00:00:00Z',
          repoUrl: 'https://git.example.com/org/app.git',
          sha: wantedSha,
          tag,
          name: 'app',
          namespace: 'dev',
        },
      },
    ]);
  });

  it('that is not there yet is nothing to tell', () => {
    expect(commitEvents(source(undefined), 'gitrepositories', 'here')).toEqual([]);
  });
});

describe('a build', () => {
  it('of kpack is told when it has succeeded', () => {
    const build = (conditions: readonly unknown[]) => ({
      apiVersion: 'kpack.io/v1alpha2',
      kind: 'Build',
      metadata: meta,
      spec: { source: { git: { revision: sha } } },
      status: { conditions, latestImage: `registry.example/app:1@${digest}` },
    });
    expect(buildEvents(build([]), 'here')).toEqual([]);
    expect(buildEvents(build(succeeded), 'here')).toMatchObject([
      {
        type: 'vmware.tanzu.apps.image.created.v1',
        id: `u1-${digest}`,
        data: { imageUrl: 'registry.example/app', imageDigest: digest, commit: sha, builder: 'kpack' },
      },
    ]);
  });

  it('of kaniko is told by the results of its task', () => {
    const run = (results: readonly unknown[]) => ({
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: meta,
      status: { conditions: succeeded, results },
    });
    expect(taskRunEvents(run([]), 'here')).toEqual([]);
    expect(
      taskRunEvents(
        run([
          { name: 'IMAGE_URL', value: 'registry.example/app\n' },
          { name: 'IMAGE_DIGEST', value: digest },
        ]),
        'here',
      ),
    ).toMatchObject([{ data: { imageUrl: 'registry.example/app', imageDigest: digest, builder: 'kaniko' } }]);
  });
});

it.each([
  ['docker-pullable://registry.example/a/b@sha256:', 'registry.example/a/b'],
  ['registry.example:5000/a:1.2@sha256:', 'registry.example:5000/a'],
  ['registry.example:5000/a@sha256:', 'registry.example:5000/a'],
])('%s… is repository and digest', (start, url) => {
  expect(splitImage(`${start}${'b'.repeat(64)}`)).toEqual({ url, digest });
  expect(splitImage(start)).toBeUndefined();
});
