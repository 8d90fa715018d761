import type { Json, JsonObject } from './json.ts';
import { unsupportedMediaType } from './status.ts';

/**
 * Kubernetes' protobuf form of the objects `kubectl create` writes itself: it sends them so and takes no refusal. One line per message:
 * `number=name:type`, types as in `kinds/type-table.ts` (`s` when left out, `i` number, `b` boolean, `B` bytes, `t` time, a message name,
 * `[x]` repeated, `{x}` map). Numbers are those of the public `generated.proto` files.
 */
const messages: Readonly<Record<string, string>> = {
  ObjectMeta: `1=name 2=generateName 3=namespace 4=selfLink 5=uid 6=resourceVersion 7=generation:i 8=creationTimestamp:t 9=deletionTimestamp:t
    10=deletionGracePeriodSeconds:i 11=labels:{s} 12=annotations:{s} 13=ownerReferences:[OwnerReference] 14=finalizers:[s]`,
  OwnerReference: '1=kind 3=name 4=uid 5=apiVersion 6=controller:b 7=blockOwnerDeletion:b',
  ObjectReference: '1=kind 2=namespace 3=name 4=uid 5=apiVersion 6=resourceVersion 7=fieldPath',
  Named: '1=name',
  Empty: '',
  ConfigMap: '1=metadata:ObjectMeta 2=data:{s} 3=binaryData:{B} 4=immutable:b',
  Secret: '1=metadata:ObjectMeta 2=data:{B} 3=type 4=stringData:{s} 5=immutable:b',
  Namespace: '1=metadata:ObjectMeta 2=spec:NamespaceSpec 3=status:NamespaceStatus',
  NamespaceSpec: '1=finalizers:[s]',
  NamespaceStatus: '1=phase',
  ServiceAccount:
    '1=metadata:ObjectMeta 2=secrets:[ObjectReference] 3=imagePullSecrets:[Named] 4=automountServiceAccountToken:b',
  Role: '1=metadata:ObjectMeta 2=rules:[PolicyRule]',
  ClusterRole: '1=metadata:ObjectMeta 2=rules:[PolicyRule]',
  PolicyRule: '1=verbs:[s] 2=apiGroups:[s] 3=resources:[s] 4=resourceNames:[s] 5=nonResourceURLs:[s]',
  RoleBinding: '1=metadata:ObjectMeta 2=subjects:[Subject] 3=roleRef:RoleRef',
  ClusterRoleBinding: '1=metadata:ObjectMeta 2=subjects:[Subject] 3=roleRef:RoleRef',
  Subject: '1=kind 2=apiGroup 3=name 4=namespace',
  RoleRef: '1=apiGroup 2=kind 3=name',
  Deployment: '1=metadata:ObjectMeta 2=spec:DeploymentSpec 3=status:Empty',
  DeploymentSpec:
    '1=replicas:i 2=selector:LabelSelector 3=template:PodTemplateSpec 4=strategy:Strategy 5=minReadySeconds:i',
  Strategy: '1=type',
  LabelSelector: '1=matchLabels:{s}',
  PodTemplateSpec: '1=metadata:ObjectMeta 2=spec:PodSpec',
  PodSpec: '2=containers:[Container] 3=restartPolicy 8=serviceAccountName',
  Container:
    '1=name 2=image 3=command:[s] 4=args:[s] 5=workingDir 6=ports:[ContainerPort] 7=env:[EnvVar] 8=resources:Empty 14=imagePullPolicy',
  ContainerPort: '1=name 2=hostPort:i 3=containerPort:i 4=protocol 5=hostIP',
  EnvVar: '1=name 2=value',
  SelfSubjectAccessReview: '1=metadata:ObjectMeta 2=spec:AccessSpec 3=status:Empty',
  AccessSpec: '1=resourceAttributes:ResourceAttributes 2=nonResourceAttributes:PathAttributes',
  ResourceAttributes: '1=namespace 2=verb 3=group 4=version 5=resource 6=subresource 7=name',
  PathAttributes: '1=path 2=verb',
};

const magic = Buffer.from('k8s\0');
const maxDepth = 20;

/** The JSON text of a protobuf body. Throws 415 for kinds and fields this server does not know in that form. */
export function protobufToJson(body: Buffer): string {
  if (!body.subarray(0, 4).equals(magic)) throw refused();
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, bytes } of fields(body.subarray(4))) {
    if (number === 1) {
      for (const inner of fields(bytes)) {
        if (inner.number === 1) apiVersion = inner.bytes.toString();
        if (inner.number === 2) kind = inner.bytes.toString();
      }
    } else if (number === 2) raw = bytes;
  }
  return JSON.stringify({ apiVersion, kind, ...decode(kind, raw, 0) });
}

function refused(): Error {
  return unsupportedMediaType('application/vnd.kubernetes.protobuf', ['application/json', 'application/yaml']);
}

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Buffer;
}

function* fields(body: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = body[at];
      if (byte === undefined) throw refused();
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw refused();
  };
  while (at < body.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (key % 8 === 0) yield { number, value: varint(), bytes: Buffer.alloc(0) };
    else if (key % 8 === 2) {
      const length = varint();
      if (at + length > body.length) throw refused();
      yield { number, value: 0, bytes: body.subarray(at, at + length) };
      at += length;
    } else throw refused();
  }
}

interface Slot {
  readonly name: string;
  readonly type: string;
}

const tables = new Map<string, ReadonlyMap<number, Slot>>();

function tableOf(message: string): ReadonlyMap<number, Slot> {
  const known = tables.get(message);
  if (known !== undefined) return known;
  const line = Object.hasOwn(messages, message) ? messages[message] : undefined;
  if (line === undefined) throw refused();
  const table = new Map<number, Slot>();
  for (const entry of line.split(/\s+/).filter((part) => part !== '')) {
    const [number = '', rest = ''] = entry.split('=');
    const [name = '', type = 's'] = rest.split(/:(.*)/s);
    table.set(Number(number), { name, type });
  }
  tables.set(message, table);
  return table;
}

function decode(message: string, body: Buffer, depth: number): JsonObject {
  if (depth > maxDepth) throw refused();
  const table = tableOf(message);
  const out: JsonObject = {};
  for (const field of fields(body)) {
    const slot = table.get(field.number);
    if (slot === undefined) {
      // Statuses and zero values carry nothing that a create may set.
      if (message === 'Empty' || (field.value === 0 && field.bytes.length === 0)) continue;
      throw refused();
    }
    put(out, slot, field, depth);
  }
  return out;
}

function put(out: JsonObject, slot: Slot, field: Field, depth: number): void {
  const { name, type } = slot;
  if (type.startsWith('[')) {
    const before = out[name];
    out[name] = [...(Array.isArray(before) ? before : []), plainValue(type.slice(1, -1), field, depth)];
  } else if (type.startsWith('{')) {
    const parts = [...fields(field.bytes)];
    const key = parts.find((part) => part.number === 1)?.bytes.toString() ?? '';
    const value = parts.find((part) => part.number === 2) ?? { number: 2, value: 0, bytes: Buffer.alloc(0) };
    if (key === '__proto__') throw refused();
    const before = out[name];
    const map: JsonObject = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {};
    out[name] = { ...map, [key]: plainValue(type.slice(1, -1), value, depth) };
  } else {
    const value = plainValue(type, field, depth);
    // The form writes empty texts and messages where JSON leaves them out.
    if (value !== '' && value !== null && JSON.stringify(value) !== '{}') out[name] = value;
  }
}

function plainValue(type: string, field: Field, depth: number): Json {
  if (type === 's') return field.bytes.toString();
  if (type === 'i') return field.value;
  if (type === 'b') return field.value !== 0;
  if (type === 'B') return field.bytes.toString('base64');
  if (type !== 't') return decode(type, field.bytes, depth + 1);
  const seconds = [...fields(field.bytes)].find((part) => part.number === 1)?.value;
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}
