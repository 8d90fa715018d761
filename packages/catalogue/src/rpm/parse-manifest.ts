import type { Rejected } from '@assay/contract';
import type { Installed } from '../distribution/installed.ts';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import { toRpm } from './parse-header.ts';

/**
 * Reads `container-manifest-2` of Azure Linux and CBL-Mariner images without an rpm database: one package a line, fields
 * between tabs: name, version-release, times of installation and build, vendor, epoch, size, architecture, epoch number,
 * source rpm. Source: the query format in the image definitions of microsoft/azurelinux.
 */
export function parseContainerManifest(bytes: Uint8Array): {
  readonly installed: Installed[];
  readonly rejected: Rejected[];
} {
  const installed: Installed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, line] of linesOf(decodeText(bytes)).entries()) {
    if (line.trim() === '') continue;
    const [name, versionRelease, , , vendor, , , arch, epoch, sourceRpm] = line.split('\t');
    if (name === undefined || name === '' || versionRelease === undefined || versionRelease === '') {
      rejected.push({ at: `line ${index + 1}`, why: 'a package without name or version' });
    } else if (name !== 'gpg-pubkey') {
      installed.push(
        toRpm({
          name,
          versionRelease,
          epoch: /^\d+$/.test(epoch ?? '') ? Number(epoch) : undefined,
          arch: told(arch),
          sourceRpm: told(sourceRpm),
          vendor: told(vendor),
        }),
      );
    }
  }
  return { installed, rejected };
}

function told(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '(none)' ? undefined : text;
}
