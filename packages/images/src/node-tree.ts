import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { type FileTree, file, link, type TreeEntry } from './file-tree.ts';
import type { Component } from './sbom.ts';

/** Node as npm brought it: the program, its licence, and the package's own description, by which scanners find it. */
export interface NodeParts {
  readonly tree: FileTree;
  readonly component: Component;
}

/** Reads Node from a folder `node_modules/node-linux-…`. Throws IMAGE_INPUT_INVALID where a part is missing. */
export async function readNode(folder: string): Promise<NodeParts> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((cause: unknown) => {
      throw new AssayError('IMAGE_INPUT_INVALID', `${join(folder, name)} cannot be read`, { cause });
    });
  const manifest = await read('package.json');
  const { name, version } = JSON.parse(manifest.toString()) as { name: string; version: string }; // npm's own file, checked by npm
  const home = `usr/local/lib/node_modules/${name}`;
  const tree = new Map<string, TreeEntry>([
    [`${home}/bin/node`, file(await read('bin/node'), 0o755)],
    [`${home}/LICENSE`, file(await read('LICENSE'))],
    [`${home}/package.json`, file(manifest)],
    ['usr/local/bin/node', link(`../lib/node_modules/${name}/bin/node`)],
  ]);
  return { tree, component: { type: 'npm', name, version } };
}
