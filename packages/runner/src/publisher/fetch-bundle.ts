import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AssayError } from '@assay/contract';
import { type Descriptor, openRegistry, parseReference, type RegistryOptions, readAll, verified } from '@assay/oci';
import { bundleFormat, checkBundleConfig, parseBundleManifest } from '@assay/pipeline';
import type { PublishLimits } from '../settings.ts';
import type { StepWorld } from '../world.ts';
import type { Bundle } from './build-bundle.ts';
import type { ResultFile } from './collect-files.ts';
import { unpackLayer } from './unpack-layer.ts';

const documentLimit = 1024 * 1024;

/**
 * Fetches a published bundle, every byte verified, and unpacks its files beside it. `from` is `repository@digest`.
 * Throws what the registry says, MANIFEST_INVALID, MANIFEST_UNSUPPORTED, CONTENT_MISMATCH, RESULTS_TOO_LARGE.
 */
export async function fetchBundle(
  from: string,
  scratch: string,
  limits: PublishLimits,
  registry: RegistryOptions,
  { openRepository = openRegistry, signal }: StepWorld,
): Promise<{ readonly bundle: Bundle; readonly files: readonly ResultFile[] }> {
  const reference = parseReference(from);
  if (reference.digest === undefined)
    throw new AssayError(
      'MANIFEST_INVALID',
      `the bundle to publish again is not named by digest: ${from.slice(0, 200)}`,
    );
  const source = openRepository(reference, registry);
  try {
    const read = (what: Descriptor) => verified(source.fetch(what, signal), what);
    const found = await source.resolve(signal);
    const manifest = await readAll(read(found), documentLimit);
    // Pushed again under this type: another one would be another digest for the same scan.
    if (found.mediaType !== bundleFormat.manifestType)
      throw new AssayError('MANIFEST_UNSUPPORTED', `${from.slice(0, 200)} is no bundle of ours`);
    const { config, layer } = parseBundleManifest(parse(manifest), found.mediaType);
    if (layer.size > limits.totalBytes)
      throw new AssayError('RESULTS_TOO_LARGE', `the layer of the bundle has ${layer.size} bytes`);
    const configuration = await readAll(read(config), documentLimit);
    checkBundleConfig(parse(configuration));
    const path = join(scratch, 'fetched.tar.gz');
    await pipeline(read(layer), createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
    const bundle: Bundle = {
      manifest,
      digest: found.digest,
      config: {
        ...config,
        async *open() {
          yield configuration;
        },
      },
      layer: { ...layer, open: () => createReadStream(path) },
    };
    return { bundle, files: await unpackLayer(createReadStream(path), scratch, limits) };
  } finally {
    await source.close();
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new AssayError('MANIFEST_INVALID', 'a part of the bundle is not JSON', { cause });
  }
}
