import { AssayError, type Rejected } from '@assay/contract';
import { type FileReader, readImage } from '@assay/image';
import { openArtifact, openRegistry, parseReference, type RegistryOptions, readAll, verified } from '@assay/oci';
import { checkBundleConfig, isBundleFile, parseBundleManifest, reportRank } from '@assay/pipeline';
import { readDocument } from '@assay/sbom';
import type { FoundReport } from '../events/report-event.ts';

/** What a bundle of results holds. */
export interface Fetched {
  /** Files that are sound reports, the most liked names first. */
  readonly reports: readonly FoundReport[];
  /** Files that are none, with why. */
  readonly rejected: readonly Rejected[];
}

/** Bytes of one report. Publishers refuse larger ones. */
const maxReport = 96 * 1024 * 1024;
const maxConfig = 1024 * 1024;

/** Fetches a bundle by its digest, every byte verified. Throws what the registry client throws, MANIFEST_INVALID and MANIFEST_UNSUPPORTED. */
export async function fetchReports(
  scanResult: string,
  registry: RegistryOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const reference = parseReference(scanResult);
  if (reference.digest === undefined) throw new AssayError('REFERENCE_INVALID', `${scanResult} names no digest`);
  const source = openRegistry(reference, registry);
  try {
    const artifact = await openArtifact(source, signal);
    const { config, layers, manifest } = artifact;
    const { layer } = parseBundleManifest({ config, layers }, manifest.mediaType);
    const settings = await readAll(verified(source.fetch(config, signal), config), maxConfig);
    checkBundleConfig(JSON.parse(Buffer.from(settings).toString('utf8')));
    const view = await readImage(
      source,
      [layer],
      { byPath: ({ path }) => (isBundleFile(path) ? undefined : wholeFile()), byHead: () => undefined },
      { signal },
    );
    return await readReports(view.files, view.rejected);
  } finally {
    await source.close();
  }
}

/** Keeps one file; a longer one is the file's own rejection. */
function wholeFile(): FileReader<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    write(chunk) {
      size += chunk.length;
      if (size > maxReport) throw new AssayError('LIMIT_EXCEEDED', `it has more than ${maxReport} bytes`);
      parts.push(Buffer.from(chunk));
    },
    end: () => Buffer.concat(parts),
  };
}

async function readReports(
  files: readonly { readonly path: string; readonly value: Buffer }[],
  unread: readonly Rejected[],
): Promise<Fetched> {
  const reports: FoundReport[] = [];
  const rejected: Rejected[] = [...unread];
  const byRank = files.toSorted((a, b) => reportRank(a.path) - reportRank(b.path) || (a.path < b.path ? -1 : 1));
  for (const { path, value } of byRank) {
    try {
      const { format } = await readDocument(value);
      reports.push({
        file: path,
        format: format.name,
        version: format.version,
        encoding: format.encoding,
        text: value.toString('utf8'),
      });
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      rejected.push({ at: path, why: error.detail });
    }
  }
  return { reports, rejected };
}
