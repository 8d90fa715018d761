import { formatPurl } from '@assay/contract';
import type { ArtifactName, FindingRow } from '@assay/store';

/** `registry/name@digest`, or `host/organization/repository@commit`. */
export function artifactWord({ host, organization, name, digest }: ArtifactName): string {
  return `${[host, organization, name].filter((part) => part !== '').join('/')}@${digest}`;
}

/** An artifact as a package URL. Source: purl-spec, types `oci` and `generic`. */
export function artifactPurl({ kind, host, organization, name, digest }: ArtifactName): string {
  if (kind === 'source') return formatPurl({ type: 'generic', namespace: organization, name, version: digest });
  const repository = [host, name].filter((part) => part !== '').join('/');
  return formatPurl({
    type: 'oci',
    name: name.slice(name.lastIndexOf('/') + 1),
    version: digest,
    qualifiers: { repository_url: repository },
  });
}

/** The package of a finding as a package URL; one that came without any is `generic`. */
export function packagePurl({ package: { name, version, purl } }: FindingRow): string {
  return purl === '' ? formatPurl({ type: 'generic', name, version }) : purl;
}
