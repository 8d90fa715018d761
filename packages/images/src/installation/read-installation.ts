import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { parse, parseAllDocuments } from 'yaml';
import { inOrder, type KubeObject } from './kube-object.ts';
import { mergePatch } from './merge-patch.ts';

/** What our own kustomizations say. Anything else is refused: half an installation is worse than none. */
interface Kustomization {
  readonly resources?: readonly string[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly digest: string }[];
  readonly patches?: readonly { readonly path: string }[];
}

const understood = new Set(['apiVersion', 'kind', 'resources', 'labels', 'images', 'patches']);
/** Folders that name folders; ours are three deep. */
const depthLimit = 8;

/**
 * The objects that `kubectl apply -k FOLDER` would apply, in an order in which each can be. Understands what `deploy/` and what
 * `npm run images` writes need: resources, labels, images by digest, patches of whole files. Throws FILE_NOT_FOUND, IMAGE_INPUT_INVALID.
 */
export async function readInstallation(folder: string): Promise<readonly KubeObject[]> {
  return inOrder(await readFolder(folder, 0));
}

async function readFolder(folder: string, depth: number): Promise<readonly KubeObject[]> {
  if (depth > depthLimit) throw new AssayError('LIMIT_EXCEEDED', `${folder} is more than ${depthLimit} folders deep`);
  const kustomization = await readKustomization(folder);
  let objects: readonly KubeObject[] = [];
  for (const resource of kustomization.resources ?? []) {
    const path = join(folder, resource);
    objects = [
      ...objects,
      ...(/\.ya?ml$/.test(resource) ? await readObjects(path) : await readFolder(path, depth + 1)),
    ];
  }
  for (const { path } of kustomization.patches ?? [])
    for (const patch of await readObjects(join(folder, path))) objects = patched(objects, patch, path);
  const labels = Object.assign({}, ...(kustomization.labels ?? []).map(({ pairs }) => pairs)) as Record<string, string>;
  return objects.map((object) => withImages(withLabels(object, labels), kustomization.images ?? []));
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AssayError('FILE_NOT_FOUND', `${path} cannot be read`, {
      cause,
      hint: 'npm run images -- --push REGISTRY writes deploy/local.',
    });
  });
}

async function readKustomization(folder: string): Promise<Kustomization> {
  const path = join(folder, 'kustomization.yaml');
  const value = parse(await readText(path)) as unknown;
  const strange = isObject(value) ? Object.keys(value).find((key) => !understood.has(key)) : 'text';
  if (strange !== undefined)
    throw new AssayError('IMAGE_INPUT_INVALID', `${path} says ${strange}, which is not understood here`, {
      hint: `Use kubectl apply -k ${folder}.`,
    });
  return value as Kustomization; // our own file; a wrong shape inside is found by what reads it
}

async function readObjects(path: string): Promise<readonly KubeObject[]> {
  return parseAllDocuments(await readText(path))
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null)
    .map((value) => {
      if (!isKubeObject(value))
        throw new AssayError('IMAGE_INPUT_INVALID', `${path} holds something that is no Kubernetes object`);
      return value;
    });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKubeObject(value: unknown): value is KubeObject {
  if (!isObject(value) || !isObject(value.metadata)) return false;
  return [value.apiVersion, value.kind, value.metadata.name].every((text) => typeof text === 'string');
}

function patched(objects: readonly KubeObject[], patch: KubeObject, path: string): readonly KubeObject[] {
  const fits = ({ kind, metadata }: KubeObject) =>
    kind === patch.kind && metadata.name === patch.metadata.name && metadata.namespace === patch.metadata.namespace;
  if (!objects.some(fits))
    throw new AssayError(
      'IMAGE_INPUT_INVALID',
      `${path} changes ${patch.kind} ${patch.metadata.name}, which is not there`,
    );
  return objects.map((object) => (fits(object) ? (mergePatch(object, patch) as KubeObject) : object));
}

function withLabels(object: KubeObject, labels: Readonly<Record<string, string>>): KubeObject {
  if (Object.keys(labels).length === 0) return object;
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
}

/** Replaces `image` fields, wherever they are, as kustomize does in pods. */
function withImages<T>(value: T, images: NonNullable<Kustomization['images']>): T {
  if (Array.isArray(value)) return value.map((entry) => withImages(entry as unknown, images)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      const image = name === 'image' ? images.find((each) => each.name === entry) : undefined;
      return [name, image === undefined ? withImages(entry, images) : `${image.newName}@${image.digest}`];
    }),
  ) as T;
}
