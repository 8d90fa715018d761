import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, type Digest, type ImageReference } from '@assay/contract';
import { formatReference, openRegistry, parseReference, type RegistryOptions } from '@assay/oci';
import { registryOptions } from '../credentials/registry-options.ts';
import { unwritable } from '../file-system.ts';
import type { StepSettings } from '../settings.ts';
import type { StepWorld } from '../world.ts';
import { type Attachment, attachResult } from './attach-result.ts';
import { type Bundle, buildBundle } from './build-bundle.ts';
import { type Chosen, chooseReports, inReadingOrder, type ReadFile } from './choose-reports.ts';
import { type Collected, collectFiles, type ResultFile } from './collect-files.ts';
import { fetchBundle } from './fetch-bundle.ts';
import { type Location, parseLocation, pushBundle } from './push-bundle.ts';
import type { ReportTask } from './read-report.ts';

/** Attempts after the first, against the registry of the results: it may be restarting. */
const pushRetries = 5;
/** Longest that the second object may take in all, milliseconds: the first is published by then. */
const attachPatience = 120_000;

/** The scanned image, when it is named by digest as it must be. */
type ScannedImage = ImageReference & { readonly digest: Digest };

/**
 * Publishes everything in the results folder as one bundle at the location, then puts a second object beside the scanned image where
 * that is allowed. Sources: the Scan 2.0 contract, "Published artifact"; "Step duties". Throws what `toStepFailure` has a class for.
 */
export async function publish(settings: StepSettings, world: StepWorld): Promise<void> {
  const { log, signal } = world;
  const location = parseLocation(settings.location);
  if (settings.copyFrom !== '') return publishAgain(location, settings, world);
  const collected = await collect(settings, world);
  const scratch = await makeScratch(settings.scratch);
  try {
    const image = findImage(settings, world);
    const { chosen, made } = await readReports(collected.files, scratch, image, settings, world);
    const registry = await registryOptions(settings, scratch, log);
    const digest = await publishBundle(await buildBundle(collected, scratch, signal), location, registry, world);
    const bundle = formatReference({ registry: location.registry, repository: location.repository, digest });
    await writeResults(settings, bundle, chosen);
    log.info('the results are published', {
      scanResult: bundle,
      tag: location.tag,
      reports: chosen.reports.slice(0, 20).map(({ file }) => file.name),
      files: collected.files.length,
    });
    if (image === undefined) return;
    await attach(
      { reports: chosen.reports, ...made, bundle, scannerName: settings.scannerName },
      image,
      registry,
      world,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Publishes the bundle of an equal scan at the location, byte for byte. Its second object lies beside the image already. */
async function publishAgain(location: Location, settings: StepSettings, world: StepWorld): Promise<void> {
  const scratch = await makeScratch(settings.scratch);
  try {
    const registry = await registryOptions(settings, scratch, world.log);
    const fetched = await fetchBundle(settings.copyFrom, scratch, settings.limits, registry, world);
    const { chosen } = await readReports(fetched.files, scratch, undefined, settings, world);
    const digest = await publishBundle(fetched.bundle, location, registry, world);
    const bundle = formatReference({ registry: location.registry, repository: location.repository, digest });
    await writeResults(settings, bundle, chosen);
    world.log.info('the results of an equal scan are published', { scanResult: bundle, from: settings.copyFrom });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function collect(settings: StepSettings, { log }: StepWorld): Promise<Collected> {
  try {
    const collected = await collectFiles(settings.resultsPath, settings.limits);
    for (const { name, why } of collected.leftOut.slice(0, 20)) log.warn('an entry is not published', { name, why });
    return collected;
  } catch (error) {
    // People look for these very words. Source: the Scan 2.0 contract, "Troubleshooting".
    if (error instanceof AssayError && error.code === 'RESULTS_EMPTY') log.line(error.detail);
    throw error;
  }
}

async function makeScratch(folder: string): Promise<string> {
  try {
    return await mkdtemp(join(folder, 'publish-'));
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

/** The scanned image, where a second object is wanted beside it. */
function findImage({ image, attach }: StepSettings, { log }: StepWorld): ScannedImage | undefined {
  if (image === '' || !attach) return undefined;
  try {
    const reference = parseReference(image);
    if (reference.digest !== undefined) return { ...reference, digest: reference.digest };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
  }
  log.warn('the results are not attached to the image: it is not named by digest', { image: image.slice(0, 500) });
  return undefined;
}

/** Where the normalised report and the statement of a file lie. */
type Made = Pick<Attachment, 'reportFile' | 'statementFile'>;

async function readReports(
  files: readonly ResultFile[],
  scratch: string,
  image: ScannedImage | undefined,
  settings: StepSettings,
  world: StepWorld,
): Promise<{ readonly chosen: Chosen; readonly made: Made }> {
  const { readReport, signal } = world;
  const nameOf = (file: ResultFile): Made => {
    const stem = join(scratch, `${files.indexOf(file)}`);
    return { reportFile: `${stem}.report`, statementFile: `${stem}.statement` };
  };
  const read: ReadFile[] = [];
  for (const file of inReadingOrder(files)) {
    signal.throwIfAborted();
    const task: ReportTask = { path: file.path, maxBytes: settings.limits.fileBytes };
    const make = image && { ...nameOf(file), ...toMake(file, image, settings) };
    read.push({ file, reading: await readReport(make === undefined ? task : { ...task, make }, signal) });
  }
  const chosen = chooseReports(read);
  sayWhatWasRead(chosen, world);
  return { chosen, made: nameOf(chosen.reports[0].file) };
}

function toMake(file: ResultFile, { registry, repository, digest }: ScannedImage, { scannerName }: StepSettings) {
  const image = { name: formatReference({ registry, repository }), digest };
  return { image, scannerName, writtenAt: file.modifiedAt.toISOString() };
}

function sayWhatWasRead({ reports, bad }: Chosen, { log }: StepWorld): void {
  for (const { name, is, why } of bad) log.warn('a report is not valid', { name, is, why });
  for (const { file, reading } of reports) {
    const { format, packages, findings, rejected } = reading;
    const facts = {
      name: file.name,
      format: `${format.name} ${format.version} ${format.encoding}`,
      packages,
      findings,
    };
    log.info('a report is valid', facts);
    if (rejected > 0) log.warn('a report has entries that cannot be understood', { name: file.name, rejected });
  }
}

async function publishBundle(
  bundle: Bundle,
  location: Location,
  registry: RegistryOptions,
  world: StepWorld,
): Promise<Digest> {
  const { openRepository = openRegistry, signal } = world;
  const open = (tag: string) => openRepository({ ...location, tag }, { ...registry, retries: pushRetries });
  await pushBundle(bundle, location.tag, open, signal);
  return bundle.digest;
}

async function writeResults({ files, image }: StepSettings, bundle: string, { reports, bad }: Chosen): Promise<void> {
  const texts = [
    [files.scanResult, bundle],
    [files.scannedImage, image],
    [files.reportCount, String(reports.length)],
    [files.ignoredCount, String(bad.length)],
  ] as const;
  for (const [path, text] of texts) {
    if (path === undefined) continue;
    await writeFile(path, text).catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
  }
}

/** Whatever keeps the second object away is said, and is no failure: the results are where they were asked for. */
async function attach(
  attachment: Attachment,
  image: ScannedImage,
  registry: RegistryOptions,
  { openRepository = openRegistry, log, signal }: StepWorld,
): Promise<void> {
  const facts = { image: formatReference(image) };
  const repository = openRepository(image, { ...registry, retries: 1, deadlineMs: 20_000 });
  try {
    const deadline = AbortSignal.timeout(attachPatience);
    const attached = await attachResult(attachment, repository, AbortSignal.any([signal, deadline]));
    log.info('the results are attached to the image', { ...facts, digest: attached.digest });
  } catch (error) {
    const why = error instanceof AssayError ? error.detail : 'it took too long, or was stopped';
    const code = error instanceof AssayError ? error.code : 'INTERRUPTED';
    const word = code === 'REGISTRY_DENIED' ? 'info' : 'warn';
    log[word]('the results are not attached to the image', { ...facts, code, why });
  } finally {
    await repository.close();
  }
}
