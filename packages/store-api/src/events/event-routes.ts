import { type CloudEvent, readMessage } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import { type Store, writeLocation, writeRecord, writeRun } from '@assay/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyOf } from '../server/body-of.ts';
import type { StoreLog } from '../server/store-log.ts';
import { rawData } from './raw-data.ts';
import { groupReport, storeReport } from './store-report.ts';
import { toApp, toCommit, toContainer, toImage, toLocation, toRun } from './to-records.ts';

export interface EventContext {
  readonly store: Store;
  readonly log: StoreLog;
  readonly now: () => Date;
}

/** The event handler of AMR. Source: spec/amr.md §3.1, §4. */
export function addEventRoutes(server: FastifyInstance, context: EventContext): void {
  server.get('/healthz', { config: { isOpen: true } }, async (_request, reply) => {
    await context.store.ping();
    return reply.code(204).send();
  });
  server.post('/', { config: { surface: 'events', verb: 'update' } }, async (request, reply) => {
    const body = bodyOf(request);
    const events = readMessage({ headers: headersOf(request), body });
    const isStructured = /^application\/cloudevents\+json/i.test(String(request.headers['content-type'] ?? ''));
    // One event of a batch that cannot be taken holds up none of the others; the first failure is the answer.
    let failure: unknown;
    for (const event of events) {
      try {
        await handle(context, event, isStructured ? () => rawData(body.toString('utf8')) : undefined);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return reply.code(204).send();
  });
}

/** Takes one event. Throws EVENT_INVALID, EVENT_UNPROCESSED, and what storing throws. */
async function handle(
  { store, log, now }: EventContext,
  event: CloudEvent,
  raw: (() => string | undefined) | undefined,
) {
  const { type, source } = event;
  if (Buffer.byteLength(source) > 2_000 || source.includes('\0'))
    throw new AssayError('EVENT_INVALID', 'the source has more than 2000 bytes, or a character that is none');
  log.info('default', 'Handle Event', { type, source, id: event.id });
  const { queries } = store;
  if (type === 'vmware.tanzu.apps.location.created.v1') return writeLocation(queries, toLocation(event));
  if (/^vmware\.tanzu\.apps\.image\.sbom\.pushed\.v1(?:alpha1)?$/.test(type))
    return takeReport(store, log, event, raw?.());
  if (/^vmware\.tanzu\.apps\.container\.[a-z]+\.v1$/.test(type))
    return writeRecord(queries, source, toContainer(event, now()));
  if (type === 'vmware.tanzu.apps.image.created.v1') return writeRecord(queries, source, toImage(event, now()));
  if (type === 'vmware.tanzu.apps.commit.created.v1') return writeRecord(queries, source, toCommit(event, now()));
  if (type === 'vmware.tanzu.apps.accelerator.run.v1') return writeRun(queries, source, toRun(event, now()));
  if (/^dev\.knative\.apiserver\.resource\.(?:add|updated?|delete)$/.test(type))
    return writeRecord(queries, source, toApp(event, now()));
  throw new AssayError('EVENT_UNPROCESSED', `nobody handles events of the type ${JSON.stringify(type.slice(0, 100))}`);
}

/** A report that is there already was sent again after a restart: told, and taken for done. Source: spec/amr.md §4, §11 row 14. */
async function takeReport(store: Store, log: StoreLog, event: CloudEvent, raw: string | undefined): Promise<void> {
  try {
    await storeReport(store, event, raw);
  } catch (error) {
    // It may have been stored by a process that ended before it made the group.
    if (error instanceof AssayError && error.code === 'REPORT_EXISTS') await groupReport(store, event);
    if (!(error instanceof AssayError && error.code === 'REPORT_EXISTS')) throw error;
    const message = JSON.stringify({ message: error.detail });
    log.info('minimum', `Error posting image report: Validation failed: ${message}`, { id: event.id });
  }
}

function headersOf({ headers }: FastifyRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
