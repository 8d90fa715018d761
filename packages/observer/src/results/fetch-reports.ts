import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError, type Rejected } from '@assay/contract';
import { type FileReader, readImage } from '@assay/image';
import { openArtifact, openRegistry, parseReference, type RegistryOptions, readAll, verified } from '@assay/oci';
import { checkBundleConfig, isBundleFile, parseBundleManifest, reportRank } from '@assay/pipeline';
import type { FoundReport } from '../events/report-event.ts';
import type { ReportReader } from './read-report.ts';

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

export interface FetchPorts {
  readonly registry: RegistryOptions;
  /** An empty folder for the files; the caller's to remove. */
  readonly folder: string;
  readonly read: ReportReader;
}

/** Fetches a bundle by its digest onto the disk, every byte verified. Throws what the registry client throws, MANIFEST_INVALID and MANIFEST_UNSUPPORTED. */
export async function fetchReports(
  scanResult: string,
  { registry, folder, read }: FetchPorts,
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
    let files = 0;
    const nextPath = () => join(folder, String(files++));
    const view = await readImage(
      source,
      [layer],
      { byPath: ({ path }) => (isBundleFile(path) ? undefined : ontoDisk(nextPath())), byHead: () => undefined },
      { signal },
    );
    return await readReports(view.files, view.rejected, (path) => read({ path, maxBytes: maxReport }, signal));
  } finally {
    await source.close();
  }
}

/** Writes one file; a longer one is the file's own rejection. In the order of arrival and at once: nothing is kept in memory. */
function ontoDisk(path: string): FileReader<string> {
  const file = openSync(path, 'wx', 0o600);
  let size = 0;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write(chunk) {
      size += chunk.length;
      if (size > maxReport) {
        close();
        throw new AssayError('LIMIT_EXCEEDED', `it has more than ${maxReport} bytes`);
      }
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    },
    end() {
      close();
      return path;
    },
  };
}

async function readReports(
  files: readonly { readonly path: string; readonly value: string }[],
  unread: readonly Rejected[],
  read: (path: string) => ReturnType<ReportReader>,
): Promise<Fetched> {
  const reports: FoundReport[] = [];
  const rejected: Rejected[] = [...unread];
  const byRank = files.toSorted((a, b) => reportRank(a.path) - reportRank(b.path) || (a.path < b.path ? -1 : 1));
  for (const { path, value } of byRank) {
    try {
      const { name, version, encoding } = await read(value);
      reports.push({ file: path, format: name, version, encoding, dataFile: value });
    } catch (error) {
      if (!(error instanceof AssayError) || error.code === 'INTERRUPTED') throw error;
      rejected.push({ at: path, why: error.detail });
    }
  }
  return { reports, rejected };
}
