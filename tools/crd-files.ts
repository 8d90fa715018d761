import { crdManifests } from '@assay/kube';
import { stringify } from 'yaml';

const header = '# Made from packages/kube/src/resources by: node tools/write-crds.ts\n';

/** The files of deploy/crds by name, made from the definitions in `packages/kube`. */
export function crdFiles(): ReadonlyMap<string, string> {
  const manifests = new Map(
    crdManifests().map((manifest) => [
      `${manifest.metadata.name}.yaml`,
      `${header}${stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false })}`,
    ]),
  );
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...manifests.keys()],
  };
  return manifests.set('kustomization.yaml', `${header}${stringify(kustomization)}`);
}
