import type { Report } from '@assay/contract';
import type { Scanned } from '@assay/local';
import { sbomDocument } from '@assay/output';
import { request } from 'undici';
import { findLocalStore, type LocalStore } from '../up/local-store.ts';
import type { World } from '../world.ts';

/** Sends what was found to the store that `assay up` runs, where one does. Only an image has a digest that the store knows it by. */
export async function keepReport(world: World, report: Report, scanned: Scanned, quiet: boolean): Promise<void> {
  const store = await findLocalStore(world.settings.home);
  if (store === undefined) return;
  const tell = async (text: string): Promise<void> => {
    if (!quiet) await world.stderr.write(`assay: ${text}\n`);
  };
  const { name, digest } = report.subject;
  if (report.subject.kind !== 'image' || digest === undefined)
    return tell(`not stored at ${store.url}: only images are, by their digest`);
  const document = [...sbomDocument('cyclonedx-json', { report, inventory: scanned.inventory }, undefined)].join('');
  const repository = name.split('@', 1)[0]?.replace(/:[^/:]*$/, '') ?? name;
  const why = await send(store, document, { repository, digest }, world.signal);
  await tell(
    why === undefined
      ? `stored at ${store.url}, in the artifact group ${repository}`
      : `not stored at ${store.url}: ${why}`,
  );
}

/**
 * Why it was not taken; `undefined` when it was. A scan's answer does not hang on the store. Images of one repository are one group, so that what was
 * decided about one can be carried to the next.
 */
async function send(
  store: LocalStore,
  document: string,
  { repository, digest }: { readonly repository: string; readonly digest: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const headers = { 'report-type-format': 'cyclonedx', 'entity-name': repository, 'entity-version': digest };
    const answer: unknown = JSON.parse(await post(store, 'images', document, headers, signal));
    const stored = typeof answer === 'object' && answer !== null && 'ReportUid' in answer ? answer.ReportUid : '';
    const group = { UID: repository, Labels: { name: repository }, ReportUID: stored };
    await post(store, 'artifact-groups', JSON.stringify(group), {}, signal);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The answer's text. Throws what was in the way. */
async function post(
  { url, token }: LocalStore,
  what: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const answer = await request(`${url}/api/v1/${what}`, {
    ...{ method: 'POST', body, signal, bodyTimeout: 60_000, headersTimeout: 60_000 },
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`HTTP status ${answer.statusCode} ${text.slice(0, 500)}`);
  return text;
}
