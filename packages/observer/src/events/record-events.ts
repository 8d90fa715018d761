import type { CloudEvent } from '@assay/cloudevents';
import type { KubeObject } from '@assay/kube';
import { correlationOf, jsonEvent, splitImage, subjectOf } from './source-event.ts';

/** Objects whose shape is others': read member by member. */
type Unknown = Readonly<Record<string, unknown>>;

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? (inner as Unknown)[key] : undefined,
    value,
  );
}

function text(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Conditions of Kubernetes objects: the time at which one became true. */
function trueSince(object: KubeObject, type: string): string | undefined {
  const conditions = at(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  const found: unknown = conditions.find(
    (one: unknown) => text(one, 'type') === type && text(one, 'status') === 'True',
  );
  return found === undefined ? undefined : text(found, 'lastTransitionTime') || undefined;
}

/**
 * A source revision: of Flux's GitRepository and OCIRepository, and of Tanzu's ImageRepository and MavenArtifact.
 * Nothing before the object has an artifact. Source: spec/amr.md §2.4, §3.7.
 */
export function commitEvents(object: KubeObject, plural: string, location: string): readonly CloudEvent[] {
  const revision = text(object, 'status', 'artifact', 'revision');
  if (revision === '') return [];
  const { namespace = '', name = '', uid = '' } = object.metadata;
  const timestamp = text(object, 'status', 'artifact', 'lastUpdateTime') || trueSince(object, 'Ready');
  return [
    jsonEvent({
      id: `${uid}-${revision}`,
      source: location,
      type: 'vmware.tanzu.apps.commit.created.v1',
      subject: subjectOf(object, plural),
      ...(timestamp === undefined ? {} : { time: timestamp }),
      data: {
        correlationId: correlationOf(object),
        ...(timestamp === undefined ? {} : { timestamp }),
        repoUrl:
          text(object, 'spec', 'url') || text(object, 'spec', 'image') || text(object, 'spec', 'repository', 'url'),
        ...parseRevision(revision),
        name,
        namespace,
      },
    }),
  ];
}

/** `main@sha1:abc…` (Flux 2), `main/abc…` (Flux 0.x), `sha256:…`, `1.2.3`. */
function parseRevision(revision: string): { readonly sha: string; readonly tag: string } {
  const hash = /(?:^|[@/:])(?:sha1:|sha256:)?([0-9a-f]{40}|[0-9a-f]{64})$/.exec(revision);
  if (hash?.[1] === undefined) return { sha: '', tag: revision };
  return { sha: hash[1], tag: revision.slice(0, hash.index) };
}

/** An image that kpack built. Source: spec/amr.md §2.4, §3.7; kpack.io v1alpha2, Build. */
export function buildEvents(object: KubeObject, location: string): readonly CloudEvent[] {
  const since = trueSince(object, 'Succeeded');
  if (since === undefined) return [];
  return imageEvents(
    object,
    'builds',
    location,
    since,
    text(object, 'status', 'latestImage'),
    text(object, 'spec', 'source', 'git', 'revision'),
    'kpack',
  );
}

/** An image that a kaniko TaskRun built: its results name it. Source: spec/amr.md §2.4; tekton.dev, TaskRunResult. */
export function taskRunEvents(object: KubeObject, location: string): readonly CloudEvent[] {
  const since = trueSince(object, 'Succeeded');
  const results = at(object, 'status', 'results') ?? at(object, 'status', 'taskResults');
  if (since === undefined || !Array.isArray(results)) return [];
  const value = (...names: readonly string[]) => {
    const found: unknown = results.find((one: unknown) => names.includes(text(one, 'name')));
    return text(found, 'value').trim();
  };
  const url = value('IMAGE_URL', 'image-url', 'IMAGE-URL');
  const digest = value('IMAGE_DIGEST', 'image-digest', 'IMAGE-DIGEST');
  const image = digest === '' ? value('image', 'IMAGE') : `${url}@${digest}`;
  return imageEvents(object, 'taskruns', location, since, image, value('commit', 'COMMIT'), 'kaniko');
}

function imageEvents(
  object: KubeObject,
  plural: string,
  location: string,
  timestamp: string,
  reference: string,
  commit: string,
  builder: string,
): readonly CloudEvent[] {
  const image = splitImage(reference);
  if (image === undefined) return [];
  const { namespace = '', name = '', uid = '' } = object.metadata;
  return [
    jsonEvent({
      id: `${uid}-${image.digest}`,
      source: location,
      type: 'vmware.tanzu.apps.image.created.v1',
      subject: subjectOf(object, plural),
      time: timestamp,
      data: {
        correlationId: correlationOf(object),
        timestamp,
        imageUrl: image.url,
        imageDigest: image.digest,
        name,
        namespace,
        commit,
        builder,
      },
    }),
  ];
}
