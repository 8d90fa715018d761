import { resultsOf } from '../client/model.ts';
import { asItCame, type Call, type CommandDefinition, plainFormats, printed } from '../flags.ts';
import { InsightError } from '../world.ts';
import { asImages, asPackages, asSources, asVulnerabilities, printList } from './lists.ts';

const name = { name: 'name', short: 'n', about: 'package name', isRequired: true } as const;

/** `package …`. Source: spec/insight.md §3.6. */
export const packageCommands: readonly CommandDefinition[] = [
  {
    name: 'get',
    about: 'get a package by name and version',
    example: 'insight package get --name client --version 1.0.0a --pkgmngr Unknown',
    formats: plainFormats,
    flags: [
      name,
      { name: 'version', short: 'v', about: 'package version', isRequired: true },
      { name: 'pkgmngr', short: 'p', about: 'package manager', usual: 'Unknown' },
    ],
    check: (given) => {
      const manager = given.sure('pkgmngr');
      if (manager !== 'Unknown') throw new InsightError(`--pkgmngr takes Unknown, not "${manager.slice(0, 60)}"`);
    },
    run: getPackage,
  },
  {
    name: 'images',
    about: 'list the images that hold a package',
    formats: plainFormats,
    flags: [name],
    run: (call) => printList(call, { path: ['api', 'packages', call.given.sure('name'), 'images'] }, asImages),
  },
  {
    name: 'sources',
    about: 'list the sources that hold a package',
    formats: plainFormats,
    flags: [name],
    run: (call) => printList(call, { path: ['api', 'packages', call.given.sure('name'), 'sources'] }, asSources),
  },
  {
    name: 'vulnerabilities',
    aliases: ['vuln', 'vulns', 'vulnerability'],
    about: 'list the vulnerabilities of a package',
    formats: plainFormats,
    flags: [name],
    run: (call) =>
      printList(call, { path: ['api', 'packages', call.given.sure('name'), 'vulnerabilities'] }, asVulnerabilities),
  },
];

async function getPackage({ client, given, format }: Call): Promise<string> {
  const query = { name: given.text('name'), version: given.text('version') };
  const { text, value } = await client.json({ method: 'GET', path: ['api', 'packages'], query, isList: true });
  if (format !== 'text') return asItCame(text);
  const packages = resultsOf(value);
  if (packages.length === 0) throw new InsightError('Not found');
  return printed(asPackages(packages));
}
