import { existsSync } from 'node:fs';
import { dataPath } from '@assay/local';
import type { World } from './world.ts';

/** What can be done next, with the exact commands. */
export async function tellWelcome(world: World): Promise<void> {
  const { called } = world;
  const hasData = existsSync(dataPath(world.settings)) || world.settings.data !== undefined;
  const lines = [
    `Assay ${world.settings.tool.version} finds known vulnerabilities in container images, folders and SBOMs.`,
    '',
    'Scan something:',
    `  ${called} scan alpine:3.20                  an image in a registry`,
    `  ${called} scan oci:path/to/layout           an OCI layout; archives by docker save work too`,
    `  ${called} scan dir:.                        the lock files and programs of a folder`,
    `  ${called} scan sbom:bom.json                a CycloneDX or SPDX document`,
    '',
    hasData ? 'Vulnerability data:' : 'Get the full vulnerability data (now: a small starter set):',
    hasData
      ? `  ${called} db status                         what is there, and how old it is`
      : `  ${called} db update`,
    '',
    'Gate a build, keep an SBOM:',
    `  ${called} scan IMAGE --fail-on high -o table -o sarif=assay.sarif`,
    `  ${called} sbom IMAGE -o cyclonedx-json > bom.json`,
    '',
    `All commands: ${called} --help`,
  ];
  await world.stdout.write(`${lines.join('\n')}\n`);
}
