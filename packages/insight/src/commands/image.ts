import { objectOf } from '../client/model.ts';
import { asItCame, type Call, type CommandDefinition, plainFormats, printed, sbomFormats } from '../flags.ts';
import { imageLines } from '../text/layouts.ts';
import { InsightError } from '../world.ts';
import { addDefinition } from './add.ts';
import { asPackages, asVulnerabilities, printList } from './lists.ts';
import { askSbom, isSbom } from './sbom-request.ts';

/** `image …`. Source: spec/insight.md §3.3–3.5. */
export const imageCommands: readonly CommandDefinition[] = [
  addDefinition('image'),
  {
    name: 'get',
    about: 'get an image by digest',
    example: 'insight image get --digest sha256:… --output-format api-json',
    formats: sbomFormats,
    flags: [{ name: 'digest', short: 'd', about: 'image digest', isRequired: true }],
    run: getImage,
  },
  {
    name: 'packages',
    about: 'list the packages of an image',
    formats: plainFormats,
    flags: [
      { name: 'digest', short: 'd', about: 'image digest' },
      { name: 'name', short: 'n', about: 'image name' },
    ],
    check: (given) => {
      if (given.text('digest') === undefined && given.text('name') === undefined)
        throw new InsightError('at least one of the flags "digest" and "name" is required');
    },
    run: (call) =>
      printList(
        call,
        {
          path: ['api', 'v1', 'images', 'packages'],
          query: { all: 'true', digest: call.given.text('digest'), name: call.given.text('name') },
        },
        asPackages,
      ),
  },
  {
    name: 'vulnerabilities',
    aliases: ['vuln', 'vulns', 'vulnerability'],
    about: 'list the vulnerabilities of an image',
    formats: plainFormats,
    flags: [{ name: 'digest', short: 'd', about: 'image digest', isRequired: true }],
    run: (call) =>
      printList(
        call,
        {
          path: ['api', 'v1', 'images', 'vulnerabilities'],
          query: { all: 'true', digest: call.given.text('digest') },
        },
        asVulnerabilities,
      ),
  },
];

async function getImage({ client, given, format }: Call): Promise<string> {
  const path = ['api', 'v1', 'images', given.sure('digest')];
  if (isSbom(format)) return askSbom({ client, format }, path);
  const { text, value } = await client.json({ method: 'GET', path });
  return format === 'text' ? printed(imageLines(objectOf(value, 'an image', 'Digest'))) : asItCame(text);
}
