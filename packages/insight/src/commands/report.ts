import { objectOf } from '../client/model.ts';
import { asItCame, type Call, type CommandDefinition, plainFormats, printed, sbomFormats } from '../flags.ts';
import { reportLines, reportListLines } from '../text/layouts.ts';
import { InsightError } from '../world.ts';
import { printList } from './lists.ts';
import { askSbom, isSbom } from './sbom-request.ts';

/** `report …`. Source: spec/insight.md §3.9, §3.10. */
export const reportCommands: readonly CommandDefinition[] = [
  {
    name: 'get',
    about: 'get one report: what one scan found at its time',
    example: 'insight report get --uid my-report',
    formats: sbomFormats,
    flags: [{ name: 'uid', about: 'report UID', isRequired: true }],
    run: getReport,
  },
  {
    name: 'list',
    about: 'list the reports of an image, a source or a stored scan result',
    example: 'insight report list --digest sha256:… --order ASC',
    formats: plainFormats,
    flags: [
      { name: 'digest', short: 'd', about: 'image digest' },
      { name: 'commit', short: 'c', about: 'source commit' },
      { name: 'original-location', about: 'stored scan result' },
      { name: 'workload-uid', about: 'artifact group; not with the next two' },
      { name: 'workload-name', about: 'name label of the artifact group' },
      { name: 'namespace', about: 'namespace label of the artifact group' },
      { name: 'order', about: 'ASC oldest first, DESC newest first', usual: 'DESC' },
    ],
    check: (given) => checkList((name) => given.text(name)),
    run: listReports,
  },
];

function checkList(text: (name: string) => string | undefined): void {
  const chosen = ['digest', 'commit', 'original-location'].filter((name) => text(name) !== undefined);
  const flags = 'of the flags "digest", "commit" and "original-location" is';
  if (chosen.length === 0) throw new InsightError(`one ${flags} required`);
  if (chosen.length > 1) throw new InsightError(`only one ${flags} allowed`);
  const isNamed = text('workload-name') !== undefined || text('namespace') !== undefined;
  if (text('workload-uid') !== undefined && isNamed)
    throw new InsightError('--workload-uid excludes --workload-name and --namespace');
  const order = text('order') ?? 'DESC';
  if (!/^(?:asc|desc)$/i.test(order)) throw new InsightError(`--order takes ASC or DESC, not "${order.slice(0, 60)}"`);
}

function listReports(call: Call): Promise<string> {
  const { given } = call;
  const query = {
    all: 'true',
    digest: given.text('digest'),
    sha: given.text('commit'),
    original_location: given.text('original-location'),
    artifact_group_uid: given.text('workload-uid'),
    artifact_group_name: given.text('workload-name'),
    artifact_group_namespace: given.text('namespace'),
    ordering: given.sure('order').toUpperCase(),
  };
  return printList(call, { path: ['api', 'v1', 'reports'], query }, reportListLines);
}

async function getReport({ client, given, format }: Call): Promise<string> {
  const path = ['api', 'v1', 'reports', given.sure('uid')];
  if (isSbom(format)) return askSbom({ client, format }, path);
  const { text, value } = await client.json({ method: 'GET', path });
  return format === 'text' ? printed(reportLines(objectOf(value, 'a report', 'UID'))) : asItCame(text);
}
