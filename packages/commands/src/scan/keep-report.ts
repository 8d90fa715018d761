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
  const why = await send(store, document, { 'entity-name': repository, 'entity-version': digest }, world.signal);
  await tell(why === undefined ? `stored at ${store.url}` : `not stored at ${store.url}: ${why}`);
}

/** Why it was not taken; `undefined` when it was. A scan's answer does not hang on the store. */
async function send(
  { url, token }: LocalStore,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await request(`${url}/api/v1/images`, {
      ...{ method: 'POST', body, signal, bodyTimeout: 60_000, headersTimeout: 60_000 },
      headers: {
        ...{ 'content-type': 'application/json', 'report-type-format': 'cyclonedx' },
        ...{ authorization: `Bearer ${token}`, ...headers },
      },
    });
    const text = (await answer.body.text()).slice(0, 500);
    return answer.statusCode === 200 ? undefined : `HTTP status ${answer.statusCode} ${text}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
