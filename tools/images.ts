// Builds the product's images without a container daemon, and pushes them where told.
//   npm run images -- --help
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssayError } from '@assay/contract';
import { BlobStore, type BuiltImage, pushImage, sizeOfImage, writeLayout, writeLocal } from '@assay/images';
import { parseReference, type RegistryOptions } from '@assay/oci';
import { type NamedImage, namedImages } from './image-recipes.ts';
import { root } from './source-files.ts';

const help = `Usage: npm run images -- [OPTIONS]

Builds the images of the product, and prints name, digest, size and time of each.

  --push REGISTRY[/PREFIX]  push them, and write deploy/local with their digests
  --output DIR              write each as an OCI layout, DIR/NAME
  --only NAME               only this one; may be repeated
  --test-images             also the images tests need: scanners with data, a stub scanner, a registry
  --insecure                the registry may speak plain http
  --pull-secret NAME        the secret in both namespaces by which the cluster pulls from the registry
  --refresh                 fetch the newest Debian packages instead of keeping those fetched before
  --help
`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        push: { type: 'string' },
        output: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        'test-images': { type: 'boolean', default: false },
        insecure: { type: 'boolean', default: false },
        'pull-secret': { type: 'string' },
        refresh: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new AssayError('USAGE', cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'unknown options', {
      cause,
    });
  }
}

type Options = ReturnType<typeof readOptions>;

function chooseImages(options: Options): readonly NamedImage[] {
  const all = namedImages({ folder: join(root, '.assay', 'images'), refresh: options.refresh });
  for (const name of options.only)
    if (!all.some((image) => image.name === name))
      throw new AssayError(
        'USAGE',
        `there is no image ${name}; there are ${all.map((image) => image.name).join(', ')}`,
      );
  if (options.only.length > 0) return all.filter(({ name }) => options.only.includes(name));
  return all.filter(({ isTest }) => !isTest || options['test-images']);
}

/** Where to push, as `registry/prefix`, checked before anything is built. */
function readTarget(push: string): string {
  const target = push.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  if (/[@]|:\d*[^\d/]/.test(target)) throw new AssayError('USAGE', `--push takes REGISTRY[/PREFIX], not ${push}`);
  const { registry } = parseReference(`${target}/x`);
  if (!target.startsWith(registry)) throw new AssayError('USAGE', `${push} does not begin with a registry`);
  return target;
}

function registryOptions(target: string, insecure: boolean): RegistryOptions {
  const { env } = process;
  const httpProxy = env.HTTP_PROXY || env.http_proxy;
  const httpsProxy = env.HTTPS_PROXY || env.https_proxy;
  const noProxy = env.NO_PROXY || env.no_proxy;
  return {
    dockerConfigDir: env.DOCKER_CONFIG || join(homedir(), '.docker'),
    insecureRegistries: insecure ? [target.split('/')[0] ?? ''] : [],
    proxy: { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) },
  };
}

/** Builds, writes and pushes one image; returns its name by digest where it was pushed. */
async function makeImage(image: NamedImage, options: Options, target: string | undefined, store: BlobStore) {
  const began = performance.now();
  const built = await image.build(store);
  if (options.output !== undefined) await writeLayout(resolve(options.output, image.name), built, image.tag, store);
  let pushed = '';
  if (target !== undefined) {
    const reference = { ...parseReference(`${target}/${image.name}`), tag: image.tag };
    const outcome = await pushImage(built, reference, store, registryOptions(target, options.insecure));
    pushed = outcome.unchanged ? 'unchanged' : `pushed ${megabytes(outcome.sentBytes)}`;
  }
  process.stdout.write(`${line(image.name, built, performance.now() - began, pushed)}\n`);
  return built;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function line(name: string, built: BuiltImage, milliseconds: number, pushed: string): string {
  const words = [name.padEnd(18), built.root.descriptor.digest, megabytes(sizeOfImage(built)).padStart(9)];
  return [...words, `${(milliseconds / 1000).toFixed(1)} s`, pushed].join('  ').trimEnd();
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const images = chooseImages(options);
  const target = options.push === undefined ? undefined : readTarget(options.push);
  const store = new BlobStore(join(root, '.assay', 'images'));
  const digests = new Map<string, string>();
  for (const image of images) {
    const built = await makeImage(image, options, target, store);
    if (!image.isTest) digests.set(image.name, built.root.descriptor.digest);
  }
  // A part of the product is not an installation: deploy/local is written when all of it was pushed.
  if (target === undefined || options.only.length > 0) return;
  const deploy = join(root, 'deploy');
  await writeLocal(join(deploy, 'local'), {
    target,
    digests,
    insecure: options.insecure,
    ...(options['pull-secret'] !== undefined && { pullSecret: options['pull-secret'] }),
    definitions: existsSync(join(deploy, 'crds', 'kustomization.yaml')),
  });
  process.stdout.write('\nkubectl apply -k deploy/local\n');
}

try {
  await main();
} catch (error) {
  const words =
    error instanceof AssayError
      ? `${error.message}\nhint: ${error.hint}`
      : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${words}\n`);
  process.exitCode = error instanceof AssayError ? error.exit : 1;
}
