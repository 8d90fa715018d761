import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseDigest } from '@assay/contract';
import type { Descriptor, PushContent, RegistryRepository } from '@assay/oci';
import { reportMediaType, resultFormat, vulnerabilityPredicate } from '@assay/pipeline';
import { contentOf } from './build-bundle.ts';
import type { FoundReport } from './choose-reports.ts';

/** What is put beside the scanned image. */
export interface Attachment {
  readonly reports: readonly FoundReport[];
  /** The normalised report and the statement, made of `reports[0]`. */
  readonly reportFile: string;
  readonly statementFile: string;
  /** The bundle, as `repository@digest`. */
  readonly bundle: string;
  readonly scannerName: string;
}

interface Part {
  readonly mediaType: string;
  readonly content: PushContent;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Pushes a manifest that refers to the scanned image and carries reports, normalised report and statement, into the image's own
 * repository. Equal results are the same manifest, so a repeat changes nothing. Returns its descriptor; throws what the registry says.
 */
export async function attachResult(
  attachment: Attachment,
  repository: RegistryRepository,
  signal: AbortSignal,
): Promise<Descriptor> {
  const { mediaType, digest, size } = await repository.resolve(signal);
  // The smallest part first: where we may not write, little was sent.
  const config = contentOf(resultFormat.emptyText);
  await repository.pushBlob(config, { signal });
  const parts = await toParts(attachment);
  for (const { content } of parts) await repository.pushBlob(content, { signal });
  const manifest = {
    schemaVersion: 2,
    mediaType: resultFormat.manifestType,
    artifactType: resultFormat.artifactType,
    config: { mediaType: resultFormat.emptyType, digest: config.digest, size: config.size },
    layers: parts.map((part) => ({
      mediaType: part.mediaType,
      digest: part.content.digest,
      size: part.content.size,
      annotations: part.annotations,
    })),
    subject: { mediaType, digest, size },
    annotations: {
      [resultFormat.bundleKey]: attachment.bundle,
      [resultFormat.reportOfKey]: attachment.reports[0]?.file.name ?? '',
      ...(attachment.scannerName === '' ? {} : { [resultFormat.scannerKey]: attachment.scannerName }),
    },
  };
  return repository.pushManifest(Buffer.from(JSON.stringify(manifest)), resultFormat.manifestType, { signal });
}

async function toParts({ reports, reportFile, statementFile }: Attachment): Promise<readonly Part[]> {
  const title = (name: string) => ({ [resultFormat.titleKey]: name });
  const parts: Part[] = [];
  for (const { file, reading } of reports)
    parts.push({
      mediaType: reportMediaType(reading.format),
      content: await fileContent(file.path),
      annotations: title(file.name),
    });
  parts.push(
    {
      mediaType: resultFormat.reportType,
      content: await fileContent(reportFile),
      annotations: title(resultFormat.reportName),
    },
    {
      mediaType: resultFormat.statementType,
      content: await fileContent(statementFile),
      annotations: { ...title(resultFormat.statementName), [resultFormat.predicateKey]: vulnerabilityPredicate },
    },
  );
  return parts;
}

const chunkBytes = 256 * 1024;

async function fileContent(path: string): Promise<PushContent> {
  const open = () => createReadStream(path, { highWaterMark: chunkBytes });
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk);
  const { size } = await stat(path);
  return { digest: parseDigest(`sha256:${hash.digest('hex')}`), size, open };
}
