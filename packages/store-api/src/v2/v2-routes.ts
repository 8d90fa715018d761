import { AssayError } from '@assay/contract';
import type { Store } from '@assay/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StoreLog } from '../server/store-log.ts';
import { invalid, soundText } from '../v1/request-words.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import { knowledgeRoutes } from './knowledge-routes.ts';
import { openApiDocument } from './openapi-document.ts';
import { answerProblem } from './problem.ts';
import type { QueryValues, Schema, V2Route } from './v2-route.ts';

const documented: readonly V2Route[] = [...findingRoutes, ...artifactRoutes, ...knowledgeRoutes, ...exportRoutes];

/** The second version of the API: strict about what it is asked, with pages, totals and problems. */
export function addV2Routes(
  server: FastifyInstance,
  { store, log }: { readonly store: Store; readonly log: StoreLog },
): void {
  const openApi: V2Route = {
    path: '/openapi.json',
    summary: 'This document',
    query: {},
    answers: { 'application/json': { type: 'object' } },
    handle: async () => document,
  };
  const routes = [...documented, openApi];
  const document = openApiDocument(routes);
  server.register(
    (scope, _options, done) => {
      scope.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, log));
      scope.setNotFoundHandler((request, reply) =>
        answerProblem(
          new AssayError('NOT_STORED', `there is nothing at ${request.method} ${request.url.split('?', 1)[0]}`, {
            hint: 'See /api/v2/openapi.json for what there is.',
          }),
          request,
          reply,
          log,
        ),
      );
      for (const route of routes) addRoute(scope, store, route);
      done();
    },
    { prefix: '/api/v2' },
  );
}

function addRoute(scope: FastifyInstance, store: Store, route: V2Route): void {
  const { path, query, required = [], params } = route;
  scope.get(
    path,
    {
      schema: {
        querystring: objectSchema(query, required),
        ...(params === undefined ? {} : { params: objectSchema(params, Object.keys(params)) }),
      },
      preValidation: async (request) => checkQuery(request, query),
    },
    (request, reply) =>
      route.handle(store, {
        query: request.query as QueryValues, // as the schemas made it
        params: (request.params ?? {}) as QueryValues,
        ...{ request, reply },
      }),
  );
}

function objectSchema(properties: Readonly<Record<string, Schema>>, required: readonly string[]): object {
  return { type: 'object', properties, required };
}

/** Refuses names that nobody reads, values that come twice, and texts that no database holds. */
function checkQuery(request: FastifyRequest, known: Readonly<Record<string, Schema>>): void {
  const values = request.query as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known).join(', ');
      throw invalid(
        `the query has ${JSON.stringify(name.slice(0, 60))}, ${names === '' ? 'where nothing is asked' : `not one of ${names}`}`,
      );
    }
    if (typeof value !== 'string') throw invalid(`${name} is given more than once`);
    soundText(value, name);
  }
  for (const value of Object.values((request.params ?? {}) as Readonly<Record<string, string>>))
    soundText(value, 'the path');
}
