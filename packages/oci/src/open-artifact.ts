import { AssayError } from '@assay/contract';
import type { ContentSource, Descriptor } from './content-source.ts';
import { findText, member, parseDescriptor, parseDescriptors, readManifest, textMap } from './document.ts';

/** A manifest that holds files of any kind: its pointers, none of them followed yet. Source: OCI image-spec, manifest.md. */
export interface OpenedArtifact {
  readonly manifest: Descriptor;
  /** `artifactType`, else the configuration's media type, as the specification's guidelines for artifacts say. */
  readonly artifactType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
  /** What the artifact refers to. */
  readonly subject?: Descriptor;
}

const layerLimit = 1000;

/** Reads and verifies the manifest a source names, as that of an artifact. Throws MANIFEST_UNSUPPORTED for an index, MANIFEST_INVALID, CONTENT_MISMATCH and what the source throws. */
export async function openArtifact(source: ContentSource, signal?: AbortSignal): Promise<OpenedArtifact> {
  const { descriptor, kind, document } = await readManifest(source, await source.resolve(signal), signal);
  if (kind === 'index') throw new AssayError('MANIFEST_UNSUPPORTED', `${source.name} is an index, not one artifact`);
  const where = `manifest ${descriptor.digest}`;
  const config = parseDescriptor(member(document, 'config'), `${where}: config`);
  const subject = member(document, 'subject');
  return {
    manifest: descriptor,
    artifactType: findText(document, 'artifactType') ?? config.mediaType,
    config,
    layers: parseDescriptors(member(document, 'layers') ?? [], `${where}: layers`, layerLimit),
    annotations: textMap(member(document, 'annotations')),
    ...(subject === undefined ? {} : { subject: parseDescriptor(subject, `${where}: subject`) }),
  };
}
