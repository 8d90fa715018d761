import { AssayError } from '@assay/contract';
import type { FileTree } from '../file-tree.ts';

/** A Debian package, unpacked. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Its control stanza, as dpkg keeps it in its database. */
  readonly control: string;
  /** Its list of checksums; empty where the package brings none. */
  readonly checksums: string;
  readonly files: FileTree;
}

/** Reads the fields we need from a control stanza. Source: deb-control(5). Throws IMAGE_INPUT_INVALID. */
export function parseControl(text: string, what: string): Pick<DebianPackage, 'name' | 'version' | 'architecture'> {
  const field = (name: string): string => {
    const value = new RegExp(`^${name}: *(\\S+) *$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new AssayError('IMAGE_INPUT_INVALID', `${what} does not say its ${name}`);
    return value;
  };
  return { name: field('Package'), version: field('Version'), architecture: field('Architecture') };
}
