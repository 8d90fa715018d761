import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { runProgram } from './run-program.ts';

/** Debian's names of architectures are the ones OCI uses, for those we build. */
export type DebianArchitecture = 'amd64' | 'arm64';

export interface FetchOptions {
  readonly architecture: DebianArchitecture;
  /** Where packages are kept: what is there is not fetched again, so that the same folder gives the same images. */
  readonly folder: string;
  /** Fetches the newest versions the machine's package sources offer. */
  readonly refresh: boolean;
}

/** Paths of the .deb files, in the order of the names. Throws IMAGE_TOOL_MISSING, IMAGE_PACKAGES_UNAVAILABLE. */
export async function fetchPackages(names: readonly string[], options: FetchOptions): Promise<readonly string[]> {
  await mkdir(options.folder, { recursive: true });
  const missing = options.refresh ? names : await missingOf(names, options);
  if (missing.length > 0) await download(missing, options);
  const files = await readdir(options.folder);
  return names.map((name) => {
    const found = files.find((file) => isPackage(file, name, options.architecture));
    if (found === undefined)
      throw new AssayError(
        'IMAGE_PACKAGES_UNAVAILABLE',
        `the package ${name} for ${options.architecture} did not come`,
      );
    return join(options.folder, found);
  });
}

/** Source: deb-version(7) and dpkg-name(1): `name_version_architecture.deb`. */
function isPackage(file: string, name: string, architecture: string): boolean {
  return file.startsWith(`${name}_`) && (file.endsWith(`_${architecture}.deb`) || file.endsWith('_all.deb'));
}

async function missingOf(names: readonly string[], { folder, architecture }: FetchOptions): Promise<readonly string[]> {
  const files = await readdir(folder);
  return names.filter((name) => !files.some((file) => isPackage(file, name, architecture)));
}

async function download(names: readonly string[], { folder, architecture }: FetchOptions): Promise<void> {
  const part = await mkdtemp(join(folder, '.part-'));
  try {
    const fetchWith = (settings: readonly string[]) =>
      runProgram({
        program: 'apt-get',
        args: ['-qq', ...settings, 'download', ...names.map((name) => `${name}:${architecture}`)],
        cwd: part,
        failure: 'IMAGE_PACKAGES_UNAVAILABLE',
      });
    // Without lists of packages, or without those of another architecture, lists of our own are fetched: the machine's are not touched.
    await fetchWith([]).catch(async (error: unknown) => {
      if (!(error instanceof AssayError) || error.code === 'IMAGE_TOOL_MISSING') throw error;
      const settings = await ownLists(join(folder, '..', `lists-${architecture}`), architecture);
      await runProgram({
        program: 'apt-get',
        args: ['-qq', ...settings, 'update'],
        failure: 'IMAGE_PACKAGES_UNAVAILABLE',
      });
      await fetchWith(settings);
    });
    for (const file of await readdir(part)) {
      const name = file.slice(0, file.indexOf('_'));
      for (const old of await readdir(folder))
        if (isPackage(old, name, architecture) && old !== file) await rm(join(folder, old));
      await rename(join(part, file), join(folder, file));
    }
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function ownLists(folder: string, architecture: DebianArchitecture): Promise<readonly string[]> {
  await mkdir(join(folder, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
    'APT::Update::Post-Invoke': '',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
