import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '@assay/contract';
import { stringify } from 'yaml';

/** What an installation from one's own registry is made of. */
export interface LocalInstallation {
  /** `registry/prefix`, where the images were pushed. */
  readonly target: string;
  /** Digests by image name. */
  readonly digests: ReadonlyMap<string, string>;
  /** Whether the registry speaks plain http, for the processes that talk to it. */
  readonly insecure: boolean;
  /** A secret of type docker-registry in both namespaces, where the registry asks who pulls. */
  readonly pullSecret?: string;
  /** Whether `deploy/crds` is to be installed too. */
  readonly definitions: boolean;
}

/** The Deployments of `deploy/base`, with the image each runs. */
const deployments = [
  { name: 'app-scanning-controller-manager', namespace: 'app-scanning-system', image: 'assay-controller' },
  { name: 'amr-observer-controller-manager', namespace: 'amr-observer-system', image: 'assay-observer' },
] as const;

/** The files of `deploy/local`, by name: a kustomization over `deploy/base` that names every image by digest, and one over `deploy/store` in `store`. Throws IMAGE_INPUT_INVALID for an image without digest. */
export function localFiles(installation: LocalInstallation): ReadonlyMap<string, string> {
  const { target, digests, insecure, pullSecret, definitions } = installation;
  const digestOf = (image: string): string => {
    const digest = digests.get(image);
    if (digest === undefined) throw new AssayError('IMAGE_INPUT_INVALID', `there is no digest of ${image}`);
    return digest;
  };
  const runner = { name: 'ASSAY_RUNNER_IMAGE', value: `${target}/assay-runner@${digestOf('assay-runner')}` };
  const plain = { name: 'ASSAY_INSECURE_REGISTRIES', value: target.split('/')[0] ?? '' };
  const patches = deployments.map(({ name, namespace, image }) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      template: {
        spec: {
          ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
          containers: [
            {
              name: 'manager',
              env: [...(image === 'assay-controller' ? [runner] : []), ...(insecure ? [plain] : [])],
            },
          ],
        },
      },
    },
  }));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...(definitions ? ['../crds'] : []), '../base'],
    images: deployments.map(({ image }) => ({ name: image, newName: `${target}/${image}`, digest: digestOf(image) })),
    patches: [{ path: 'environment.yaml' }],
  };
  const store = digests.get('assay-store');
  const storeFolder = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../store'],
    images: [{ name: 'assay-store', newName: `${target}/assay-store`, digest: store }],
    ...(pullSecret !== undefined && {
      patches: [
        {
          target: { kind: 'Deployment' },
          patch: `- { op: add, path: /spec/template/spec/imagePullSecrets, value: [{ name: ${pullSecret} }] }`,
        },
      ],
    }),
  };
  const note = '# Written by `npm run images -- --push`. Not for editing, not for committing.\n';
  return new Map([
    ['kustomization.yaml', `${note}${stringify(kustomization, { lineWidth: 0 })}`],
    ['environment.yaml', `${note}${patches.map((patch) => stringify(patch, { lineWidth: 0 })).join('---\n')}`],
    ...(store === undefined
      ? []
      : ([['store/kustomization.yaml', `${note}${stringify(storeFolder, { lineWidth: 0 })}`]] as const)),
  ]);
}

/** Writes `deploy/local`. */
export async function writeLocal(folder: string, installation: LocalInstallation): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of localFiles(installation)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
