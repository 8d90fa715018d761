import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AssayError } from '@assay/contract';
import type { Value } from '@assay/rego';
import { mountData } from './mount-data.ts';
import { readDataFile } from './read-data-file.ts';

/** Policies and the data beside them. */
export interface PolicyFiles {
  /** Text by path, as the path was given or found. */
  readonly modules: ReadonlyMap<string, string>;
  /** The base documents: every data file at the path of its folder. */
  readonly data: Readonly<Record<string, Value>>;
}

/** Bytes of one file. */
const largestFile = 64 * 1024 * 1024;
/** Files of all kinds that are looked at. */
const mostFiles = 20_000;

const dataEndings: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/**
 * Reads `.rego` files and, where wanted, `.json` and `.yaml` ones, of files and folders. Names that begin with a dot are passed over, as Kubernetes puts the files
 * of a mounted ConfigMap behind such names twice. Throws FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, POLICY_INVALID for data that is none or contradicts itself.
 */
export async function loadPolicyFiles(
  paths: readonly string[],
  { data: wantsData, signal }: { readonly data: boolean; readonly signal?: AbortSignal },
): Promise<PolicyFiles> {
  const found: FoundFile[] = [];
  for (const path of paths) await find({ path, mount: [] }, { isNamed: true, into: found, seen: new Set() });
  const modules = new Map<string, string>();
  const data: Record<string, Value> = {};
  for (const { path, mount } of found) {
    signal?.throwIfAborted();
    if (extname(path) === '.rego') modules.set(path, decode(await read(path), path));
    else if (wantsData) mountData(data, mount, await readDataFile(path, await read(path)), path);
  }
  return { modules, data };
}

interface FoundFile {
  readonly path: string;
  /** The path of its folder below the one that was named: where its content lies in the data. */
  readonly mount: readonly string[];
}

interface Search {
  readonly isNamed: boolean;
  readonly into: FoundFile[];
  /** Real paths of the folders above: a link back to one of them is not followed. */
  readonly seen: ReadonlySet<string>;
}

async function find({ path, mount }: FoundFile, { isNamed, into, seen }: Search): Promise<void> {
  const kind = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause);
  });
  if (kind.isDirectory()) {
    const real = await realpath(path);
    if (seen.has(real)) return;
    const below = { isNamed: false, into, seen: new Set([...seen, real]) };
    const names = (
      await readdir(path).catch((cause: NodeJS.ErrnoException) => {
        throw unreadable(path, cause);
      })
    ).sort();
    for (const name of names) {
      if (name.startsWith('.')) continue;
      const inner = join(path, name);
      await find({ path: inner, mount: (await isFolder(inner)) ? [...mount, name] : mount }, below);
    }
    return;
  }
  const ending = extname(path);
  if (ending !== '.rego' && !dataEndings.has(ending)) {
    if (!isNamed) return;
    throw new AssayError('FILE_UNREADABLE', `${path} is neither .rego nor .json, .yaml, .yml`, {
      hint: 'Name policy files, data files or folders of them.',
    });
  }
  if (!kind.isFile()) throw new AssayError('FILE_UNREADABLE', `${path} is no regular file`);
  if (kind.size > largestFile)
    throw new AssayError('LIMIT_EXCEEDED', `${path} has ${kind.size} bytes; ${largestFile} are allowed`);
  if (into.length >= mostFiles) throw new AssayError('LIMIT_EXCEEDED', `there are more than ${mostFiles} files`);
  into.push({ path, mount });
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

function unreadable(path: string, cause: NodeJS.ErrnoException): AssayError {
  if (cause.code === 'ENOENT') return new AssayError('FILE_NOT_FOUND', `${path} does not exist`, { cause });
  return new AssayError('FILE_UNREADABLE', `${path}: ${cause.code ?? cause.message}`, { cause });
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause);
  });
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AssayError('POLICY_INVALID', `${basename(path)} is not UTF-8`, { cause });
  }
}
