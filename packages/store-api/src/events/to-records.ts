import type { CloudEvent } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import type { AcceleratorRun, ArtifactRecord, Location, RunFragment } from '@assay/store';
import { type Data, dataOf, objectOf, objectsOf, textOf, timeOf } from './data-fields.ts';

const nothing = {
  ...{ correlationId: '', name: '', namespace: '', imageUrl: '', imageDigest: '' },
  ...{ state: '', repoUrl: '', sha: '', tag: '', builder: '' },
};

/** A location as its event says it. Source: spec/amr.md §3.3. Throws EVENT_INVALID. */
export function toLocation(event: CloudEvent): Location {
  const data = dataOf(event);
  const reference = textOf(data, 'reference');
  if (reference === '') throw new AssayError('EVENT_INVALID', 'the location has no reference');
  return {
    reference,
    alias: textOf(data, 'alias'),
    labels: objectsOf(data, 'labels').map((label) => ({ key: textOf(label, 'key'), value: textOf(label, 'value') })),
  };
}

/** A container that began to run or has ended. Source: spec/amr.md §3.6. */
export function toContainer(event: CloudEvent, now: Date): ArtifactRecord {
  const data = dataOf(event);
  // The type's last part but one is the state where the data does not say it.
  const ofType = /\.container\.([a-z]+)\.v\d/.exec(event.type)?.[1] ?? '';
  return { ...nothing, kind: 'container', ...shared(data, event, now), state: textOf(data, 'state') || ofType };
}

/** An image that was built. Source: spec/amr.md §3.7. */
export function toImage(event: CloudEvent, now: Date): ArtifactRecord {
  const data = dataOf(event);
  const builder = textOf(data, 'builder');
  return { ...nothing, kind: 'image', ...shared(data, event, now), sha: textOf(data, 'commit'), builder };
}

/** A revision of a source. Source: spec/amr.md §3.7. */
export function toCommit(event: CloudEvent, now: Date): ArtifactRecord {
  const data = dataOf(event);
  const [repoUrl, sha, tag] = ['repoUrl', 'sha', 'tag'].map((name) => textOf(data, name));
  return {
    ...nothing,
    kind: 'commit',
    ...shared(data, event, now),
    repoUrl: repoUrl ?? '',
    sha: sha ?? '',
    tag: tag ?? '',
  };
}

function shared(data: Data, event: CloudEvent, now: Date) {
  return {
    at: timeOf(data, event, now),
    correlationId: textOf(data, 'correlationId'),
    name: textOf(data, 'name'),
    namespace: textOf(data, 'namespace'),
    imageUrl: textOf(data, 'imageUrl'),
    imageDigest: prefixed(textOf(data, 'imageDigest')),
  };
}

/** With its algorithm before it: 1.6 sent bare digits. Source: spec/amr.md §11 row 7. */
export function prefixed(digest: string): string {
  return /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest;
}

/** A ReplicaSet of a workload, as an app of 1.6. Source: spec/amr.md §3.5, §4. Throws EVENT_INVALID in the product's words. */
export function toApp(event: CloudEvent, now: Date): ArtifactRecord {
  const object = dataOf(event);
  const metadata = objectOf(object, 'metadata');
  const template = objectOf(objectOf(objectOf(object, 'spec'), 'template'), 'spec');
  const workload = objectsOf(template, 'containers').find((container) => textOf(container, 'name') === 'workload');
  if (workload === undefined)
    throw new AssayError('EVENT_UNPROCESSED', 'generate application payload error: unable to find workload container');
  const [url = '', digest = ''] = textOf(workload, 'image').split('@', 2);
  const status = objectOf(object, 'status');
  const instances = Math.min(Math.max(Math.trunc(Number(status.replicas ?? 0)) || 0, 0), 2_147_483_647);
  const created = textOf(metadata, 'creationTimestamp');
  const annotations = objectOf(metadata, 'annotations');
  return {
    ...nothing,
    kind: 'app',
    at: timeOf(event.time === undefined && created !== '' ? { timestamp: created } : {}, event, now),
    correlationId: textOf(annotations, 'apps.tanzu.vmware.com/correlationid'),
    name: textOf(metadata, 'name'),
    namespace: textOf(metadata, 'namespace'),
    imageUrl: url,
    imageDigest: digest,
    state: appState(event.type, Number(status.availableReplicas ?? 0) || 0),
    instances,
  };
}

function appState(type: string, available: number): string {
  if (type.endsWith('.delete')) return 'Deleted';
  if (type.endsWith('.add')) return 'Created';
  return available > 0 ? 'Available' : 'Unavailable';
}

/** A generation of an accelerator. Source: spec/amr.md §3.7, "Provenance record fields". Throws EVENT_INVALID. */
export function toRun(event: CloudEvent, now: Date): AcceleratorRun {
  const data = dataOf(event);
  const guid = textOf(data, 'guid') || textOf(data, 'id');
  if (guid === '') throw new AssayError('EVENT_INVALID', 'the accelerator run has no guid');
  return {
    ...toFragment(Object.hasOwn(data, 'accelerator') ? objectOf(data, 'accelerator') : data, data),
    guid,
    at: timeOf(data, event, now),
    username: textOf(data, 'username'),
    source: textOf(data, 'source'),
    fragments: objectsOf(data, 'fragments').map((fragment) => toFragment(fragment, fragment)),
  };
}

/** The git fields stand in `git`, or flat. */
function toFragment(data: Data, named: Data): RunFragment {
  const git = objectOf(data, 'git');
  const ref = objectOf(git, 'ref');
  return {
    namespace: textOf(data, 'namespace') || textOf(named, 'namespace'),
    name: textOf(data, 'name') || textOf(named, 'name'),
    repoUrl: textOf(git, 'url') || textOf(data, 'repoUrl'),
    revision: textOf(ref, 'branch') || textOf(ref, 'tag') || textOf(ref, 'commit') || textOf(data, 'revision'),
    subpath: textOf(git, 'subPath') || textOf(data, 'subPath'),
    commit: textOf(git, 'commit') || textOf(data, 'commit'),
  };
}
