import { severities } from '@assay/contract';
import { Command, Option } from 'commander';
import { caFileOption, days, quietOption, retriesOption, several } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

const targetHelp = [
  '',
  'TARGET:',
  '  REPO:TAG, REPO@sha256:…, registry:REF   an image in a registry',
  '  oci:DIR[:NAME|@sha256:…]                an OCI layout folder',
  '  oci-archive:FILE, docker-archive:FILE   a tar of an image (docker save, podman save, skopeo)',
  '  dir:PATH                                a folder of sources or an unpacked file system',
  '  sbom:FILE, sbom:-                       a CycloneDX or SPDX document; - is standard input',
  'A word without a prefix is taken for what lies on the disk under that name, else for an image; what it was taken for is printed.',
  '',
  'Examples:',
  '  assay scan alpine:3.20',
  '  assay scan oci:build/image --fail-on high --only-fixed',
  '  assay scan docker-archive:image.tar -o table -o sarif=assay.sarif',
  '  syft alpine:3.20 -o cyclonedx-json | assay scan sbom:-',
  '',
  'Exit codes: 0 clean · 1 error · 2 usage · 3 threshold violated · 4 undecided (data too old, severity unknown, a part nobody could judge).',
].join('\n');

/** `assay scan`. */
export function scanCommand(world: World, end: Ending): Command {
  return new Command('scan')
    .description('find the known vulnerabilities of an image, a folder or an SBOM')
    .argument('<TARGET>', 'what to scan, see below')
    .option(
      '-o, --output <FORMAT[=FILE]>',
      'table, summary, json, cyclonedx-json, cyclonedx-xml, spdx-json, sarif, github, csv, template; may be given several times',
      several,
    )
    .addOption(new Option('--template <FILE>', 'the template for -o template'))
    .addOption(
      new Option('--fail-on <SEVERITY>', 'end with code 3 when a finding is as bad or worse').choices(
        severities.filter((one) => one !== 'none'),
      ),
    )
    .option('--only-fixed', 'count and show only findings that a newer version fixes')
    .option('--show-suppressed', 'show also what --ignore and --vex took out of the count')
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index')
    .option(
      '--ignore <FILE>',
      'findings not to count, each with a reason and perhaps an expiry; may be given several times',
      several,
    )
    .option('--vex <FILE>', 'OpenVEX or CycloneDX VEX; may be given several times', several)
    .option(
      '--policy <PATH>',
      'Rego policies and data: code 3 when a rule deny has an answer, 4 when a policy cannot say; may be given several times',
      several,
    )
    .addOption(
      new Option('--scanner <NAME>', 'who looks: ours, or a program on PATH')
        .choices(['assay', 'grype', 'trivy'])
        .default('assay'),
    )
    .option('--db <FILE>', 'match with this vulnerability data (ASSAY_DB)')
    .addOption(
      new Option('--max-db-age <DAYS>', 'undecided (code 4) when the data is older: 5, 36h, 2w').argParser(
        days('--max-db-age'),
      ),
    )
    .option('--offline', 'ask no network: images from disk only')
    .option('--no-cache', 'neither read nor write cached SBOMs')
    .addOption(retriesOption())
    .addOption(caFileOption())
    .addOption(quietOption())
    .addHelpText('after', targetHelp)
    .action(async (target: string, options) => {
      const { scan } = await import('./scan.ts');
      end(await scan(world, target, options));
    });
}
