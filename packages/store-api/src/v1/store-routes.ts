import type { Store } from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { addArtifactRoutes } from './artifact-routes.ts';
import { addGroupRoutes } from './group-routes.ts';
import { addLegacyRoutes } from './legacy-routes.ts';
import { addReportRoutes } from './report-routes.ts';
import { addSubmitRoutes } from './submit-routes.ts';
import { addTriageRoutes } from './triage-routes.ts';

/** What the routes work with. */
export interface RouteContext {
  readonly store: Store;
  /** Bytes of a document after decompression. */
  readonly maxDocumentBytes: number;
}

/** The Metadata Store. Source: spec/store-openapi.yaml. */
export function addStoreRoutes(server: FastifyInstance, context: RouteContext): void {
  server.get('/api/health', { config: { isOpen: true } }, async (_request, reply) => {
    await context.store.ping();
    return reply.code(200).header('content-length', '0').send();
  });
  addLegacyRoutes(server, context);
  addArtifactRoutes(server, context);
  addSubmitRoutes(server, context);
  addReportRoutes(server, context);
  addGroupRoutes(server, context);
  addTriageRoutes(server, context);
}
