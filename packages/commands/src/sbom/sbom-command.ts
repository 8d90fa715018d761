import { Command } from 'commander';
import { caFileOption, quietOption, retriesOption, several } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

const formatHelp =
  'cyclonedx-json, cyclonedx-xml (1.6, or @1.4 to @1.7), spdx-json (2.3, or @2.2); with =FILE to write a file; may be given several times';

/** `assay sbom …`. */
export function sbomCommand(world: World, end: Ending): Command {
  const command = new Command('sbom')
    .description('list what is in an image or folder; convert and validate SBOMs')
    .argument('[TARGET]', 'an image, folder or document, as for assay scan')
    .helpCommand(false)
    .enablePositionalOptions()
    .option('-o, --output <FORMAT[=FILE]>', formatHelp, several)
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index')
    .option('--offline', 'ask no network: images from disk only')
    .option('--no-cache', 'neither read nor write cached SBOMs')
    .addOption(retriesOption())
    .addOption(caFileOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  assay sbom alpine:3.20 > bom.json',
        '  assay sbom dir:. -o spdx-json=sbom.spdx.json -o cyclonedx-xml@1.5=bom.xml',
        '  assay sbom convert sbom.spdx.json -o cyclonedx-json',
        '  assay sbom validate bom.json',
      ].join('\n'),
    )
    .action(async (target: string | undefined, options) => {
      const { makeSbom } = await import('./make-sbom.ts');
      end(await makeSbom(world, target, options));
    });
  command.addCommand(convertCommand(world, end));
  command.addCommand(validateCommand(world, end));
  return command;
}

function convertCommand(world: World, end: Ending): Command {
  return new Command('convert')
    .description(
      'write a document in another format; what it says of vulnerabilities goes along where the format can carry it',
    )
    .argument('<FILE>', 'CycloneDX or SPDX; - is standard input')
    .option('-o, --output <FORMAT[=FILE]>', formatHelp, several)
    .addOption(quietOption())
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  assay sbom convert sbom.spdx.json -o cyclonedx-json@1.5',
        '  assay sbom convert - -o spdx-json < bom.xml',
      ].join('\n'),
    )
    .action(async (file: string, options) => {
      const { convertSbom } = await import('./convert-sbom.ts');
      end(await convertSbom(world, file, options));
    });
}

function validateCommand(world: World, end: Ending): Command {
  return new Command('validate')
    .description('judge a document strictly by its specification; code 3 when it breaks it')
    .argument('<FILE>', 'CycloneDX or SPDX; - is standard input')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      ['', 'Examples:', '  assay sbom validate bom.json', '  assay sbom validate --json - < bom.xml'].join('\n'),
    )
    .action(async (file: string, options) => {
      const { validateSbom } = await import('./validate-sbom.ts');
      end(await validateSbom(world, file, options));
    });
}
