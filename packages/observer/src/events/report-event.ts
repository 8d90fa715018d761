import type { CloudEvent } from '@assay/cloudevents';
import type { ImageVulnerabilityScan } from '@assay/kube';
import { correlationOf, subjectOf } from './source-event.ts';

/** A report file of a scan's bundle that was read and found sound. */
export interface FoundReport {
  readonly file: string;
  readonly format: 'cyclonedx' | 'spdx';
  readonly version: string;
  readonly encoding: 'json' | 'xml' | 'tag-value';
  /** A file that holds the JSON which is the event's data: the report itself where it is JSON, else its text as one string. */
  readonly dataFile: string;
}

const workloadKeys = { workloaduid: 'uid', workloadname: 'name', workloadnamespace: 'namespace' } as const;

/**
 * The event that carries one report to the store, but for its data, which stays on the disk. The id names scan, bundle and file, so that a repeat has the same.
 * Source: spec/amr.md §3.4; the issue for the form of the id.
 */
export function reportEvent(scan: ImageVulnerabilityScan, report: FoundReport, location: string): CloudEvent {
  const { namespace = '', name = '', uid = '' } = scan.metadata;
  const result = scan.status?.scanResult ?? '';
  const time = scan.status?.conditions?.find((one) => one.type === 'Succeeded')?.lastTransitionTime;
  const correlation = correlationOf(scan);
  const owner = scan.metadata.labels?.['carto.run/workload-name'] === undefined ? {} : workloadOf(scan);
  return {
    id: `${uid}-${result.slice(result.indexOf('@') + 1)}-${report.file}`,
    source: location,
    type: 'vmware.tanzu.apps.image.sbom.pushed.v1',
    subject: subjectOf(scan, 'imagevulnerabilityscans'),
    ...(time === undefined ? {} : { time }),
    datacontenttype: mediaTypeOf(report),
    extensions: {
      image: scan.status?.scannedImage ?? scan.spec.image,
      scanresults: result,
      file: report.file,
      name,
      namespace,
      ...(correlation === '' ? {} : { correlationid: correlation }),
      ...owner,
    },
  };
}

/** Cartographer writes the workload's name and namespace as labels; its UID is in the owner reference. */
function workloadOf(scan: ImageVulnerabilityScan): Readonly<Record<string, string>> {
  const labels = scan.metadata.labels ?? {};
  const owner = scan.metadata.ownerReferences?.find((one) => one.kind === 'Workload');
  const facts = {
    uid: owner?.uid,
    name: labels['carto.run/workload-name'],
    namespace: labels['carto.run/workload-namespace'],
  };
  return Object.fromEntries(
    Object.entries(workloadKeys).flatMap(([attribute, fact]) =>
      facts[fact] === undefined ? [] : [[attribute, facts[fact]]],
    ),
  );
}

/** Source: spec/amr.md §3.4, `datacontenttype`. */
function mediaTypeOf({ format, version, encoding }: FoundReport): string {
  if (format === 'cyclonedx') return `application/vnd.cyclonedx+${encoding};version=${version}`;
  return encoding === 'json' ? `application/spdx+json;version=${version}` : `text/spdx;version=${version}`;
}
