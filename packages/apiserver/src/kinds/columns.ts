import { asArray, asObject, asString, dig, type Json, type JsonObject, member } from '../json.ts';
import { humanDuration } from './human-duration.ts';
import { compileJsonPath } from './json-path.ts';
import type { Column } from './resource.ts';

const noDescription = '';

function column(name: string, cell: Column['cell'], more: Partial<Omit<Column, 'cell' | 'name'>> = {}): Column {
  return { name, type: 'string', format: '', description: noDescription, priority: 0, ...more, cell };
}

/** How long ago a time of the API was; `<unknown>` when there is none. */
export function age(time: Json | undefined, now: number): string {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at);
}

const nameColumn = column('Name', (o) => dig(o, 'metadata', 'name') ?? '', { format: 'name' });
const ageColumn = column('Age', (o, now) => age(dig(o, 'metadata', 'creationTimestamp'), now));

function path(name: string, ...keys: readonly string[]): Column {
  return column(name, (o) => shown(dig(o, ...keys)));
}

function shown(value: Json | undefined): Json {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : value;
}

function count(name: string, ...members: readonly string[]): Column {
  const sizeOf = (value: Json | undefined) => asArray(value)?.length ?? Object.keys(asObject(value) ?? {}).length;
  return column(name, (o) => members.reduce((sum, m) => sum + sizeOf(o[m]), 0), { type: 'integer' });
}

const wide = { priority: 1 } as const;

function containers(o: JsonObject, member: 'containerStatuses' | 'initContainerStatuses'): Json[] {
  return asArray(dig(o, 'status', member)) ?? [];
}

function podStatus(o: JsonObject): string {
  let text = asString(dig(o, 'status', 'reason')) ?? asString(dig(o, 'status', 'phase')) ?? 'Unknown';
  for (const status of containers(o, 'containerStatuses')) {
    const waiting = asString(dig(status, 'state', 'waiting', 'reason'));
    const ended = dig(status, 'state', 'terminated');
    if (waiting !== undefined) text = waiting;
    else if (ended !== undefined)
      text = asString(member(ended, 'reason')) ?? `ExitCode:${shown(member(ended, 'exitCode'))}`;
  }
  return dig(o, 'metadata', 'deletionTimestamp') === undefined ? text : 'Terminating';
}

function podReady(o: JsonObject): string {
  const ready = containers(o, 'containerStatuses').filter((s) => member(s, 'ready') === true).length;
  return `${ready}/${(asArray(dig(o, 'spec', 'containers')) ?? []).length}`;
}

function restarts(o: JsonObject): number {
  return containers(o, 'containerStatuses').reduce<number>((sum, s) => sum + Number(member(s, 'restartCount') ?? 0), 0);
}

function orNone(value: Json | undefined): Json {
  return value === undefined || value === null || value === '' ? '<none>' : value;
}

function seen(name: string, key: string): Column {
  return column(name, (o, now) => age(o[key] ?? o.eventTime ?? dig(o, 'metadata', 'creationTimestamp'), now));
}

function involved(o: JsonObject): string {
  const target = asObject(o.involvedObject ?? o.regarding) ?? {};
  const kind = (asString(target.kind) ?? '').toLowerCase();
  return target.name === undefined ? kind : `${kind}/${shown(target.name)}`;
}

function binding(o: JsonObject): string {
  return `${shown(dig(o, 'roleRef', 'kind'))}/${shown(dig(o, 'roleRef', 'name'))}`;
}

const deploymentReady = (o: JsonObject) =>
  `${shown(dig(o, 'status', 'readyReplicas') ?? 0)}/${shown(dig(o, 'spec', 'replicas') ?? 0)}`;

function imagesOf(o: JsonObject, what: 'name' | 'image'): string {
  const list = asArray(dig(o, 'spec', 'template', 'spec', 'containers')) ?? [];
  return list.map((c) => shown(member(c, what))).join(',');
}

/** Columns of the built-in kinds, by kind. A kind that is not here has name and age. */
const builtIn: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [nameColumn, path('Status', 'status', 'phase'), ageColumn],
  Secret: [nameColumn, path('Type', 'type'), count('Data', 'data'), ageColumn],
  ConfigMap: [nameColumn, count('Data', 'data', 'binaryData'), ageColumn],
  ServiceAccount: [nameColumn, count('Secrets', 'secrets'), ageColumn],
  Pod: [
    nameColumn,
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', restarts),
    ageColumn,
    column('IP', (o) => orNone(dig(o, 'status', 'podIP')), wide),
    column('Node', (o) => orNone(dig(o, 'spec', 'nodeName')), wide),
    column('Nominated Node', (o) => orNone(dig(o, 'status', 'nominatedNodeName')), wide),
    column('Readiness Gates', () => '<none>', wide),
  ],
  Event: [
    seen('Last Seen', 'lastTimestamp'),
    path('Type', 'type'),
    path('Reason', 'reason'),
    column('Object', involved),
    column('Subobject', (o) => shown(dig(o, 'involvedObject', 'fieldPath')), wide),
    column('Source', (o) => shown(dig(o, 'source', 'component') ?? o.reportingComponent), wide),
    column('Message', (o) => String(shown(o.message ?? o.note)).trim()),
    seen('First Seen', 'firstTimestamp'),
    column('Count', (o) => shown(o.count ?? 1), wide),
    column('Name', (o) => dig(o, 'metadata', 'name') ?? '', wide),
  ].map((c) => (c.name === 'First Seen' ? { ...c, ...wide } : c)),
  Lease: [nameColumn, path('Holder', 'spec', 'holderIdentity'), ageColumn],
  PersistentVolumeClaim: [
    nameColumn,
    path('Status', 'status', 'phase'),
    path('Volume', 'spec', 'volumeName'),
    path('Capacity', 'status', 'capacity', 'storage'),
    column('Access Modes', (o) => accessModes(asArray(dig(o, 'status', 'accessModes')) ?? [])),
    path('StorageClass', 'spec', 'storageClassName'),
    column('VolumeAttributesClass', (o) => shown(dig(o, 'spec', 'volumeAttributesClassName') ?? '<unset>')),
    ageColumn,
    column('VolumeMode', (o) => shown(dig(o, 'spec', 'volumeMode') ?? 'Filesystem'), wide),
  ],
  Role: [nameColumn, column('Created At', (o) => shown(dig(o, 'metadata', 'creationTimestamp')))],
  ClusterRole: [nameColumn, column('Created At', (o) => shown(dig(o, 'metadata', 'creationTimestamp')))],
  RoleBinding: [nameColumn, column('Role', binding), ageColumn],
  ClusterRoleBinding: [nameColumn, column('Role', binding), ageColumn],
  Deployment: [
    nameColumn,
    column('Ready', deploymentReady),
    column('Up-to-date', (o) => dig(o, 'status', 'updatedReplicas') ?? 0, { type: 'integer' }),
    column('Available', (o) => dig(o, 'status', 'availableReplicas') ?? 0, { type: 'integer' }),
    ageColumn,
    column('Containers', (o) => imagesOf(o, 'name'), wide),
    column('Images', (o) => imagesOf(o, 'image'), wide),
    column('Selector', (o) => labelsText(asObject(dig(o, 'spec', 'selector', 'matchLabels')) ?? {}), wide),
  ],
  CustomResourceDefinition: [nameColumn, column('Created At', (o) => shown(dig(o, 'metadata', 'creationTimestamp')))],
};

const modeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: readonly Json[]): string {
  return modes.map((mode) => modeNames[String(mode)] ?? '').join(',');
}

function labelsText(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** The columns of a built-in kind. */
export function columnsOf(kind: string): readonly Column[] {
  return builtIn[kind] ?? [nameColumn, ageColumn];
}

/** The columns a CustomResourceDefinition declares, after the name. Without any: name and age. */
export function customColumns(declared: readonly Json[]): Column[] {
  if (declared.length === 0) return [nameColumn, column('Age', ageColumn.cell, { type: 'date' })];
  return [nameColumn, ...declared.map(customColumn)];
}

function customColumn(raw: Json): Column {
  const text = (key: string) => asString(member(raw, key)) ?? '';
  const type = text('type');
  const found = compileJsonPath(text('jsonPath'));
  const priority = Number(member(raw, 'priority') ?? 0);
  const cell = (object: JsonObject, now: number) => customCell(type, found.find(object), now);
  const description =
    text('description') || `Custom resource definition column (in JSONPath format): ${text('jsonPath')}`;
  return column(text('name'), cell, { type, format: text('format'), description, priority });
}

function customCell(type: string, found: readonly Json[], now: number): Json {
  const value = found[0];
  if (value === undefined || value === null) return null;
  if (type === 'date') return age(value, now);
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
