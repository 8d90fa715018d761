import { components } from './schemas.ts';
import type { Schema, V2Route } from './v2-route.ts';

/** What failures are answered with, by status. */
const failures: Readonly<Record<string, string>> = {
  400: 'A value is not allowed; the problem names it.',
  404: 'The store has nothing of this name.',
  503: 'The database cannot be reached; `Retry-After` says when to ask again.',
  504: 'The database took too long: ask for less.',
};

/** The OpenAPI 3.1 document of routes: the schemas are those that validate the requests. */
export function openApiDocument(routes: readonly V2Route[]): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Assay Metadata Store', version: '2', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v2' }],
    security: [{ token: [] }],
    paths: Object.fromEntries(
      routes.map((route) => [route.path.replace(/:(\w+)/g, '{$1}'), { get: operationOf(route) }]),
    ),
    components: {
      schemas: components,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: Object.fromEntries(
        Object.entries(failures).map(([status, description]) => [`Problem${status}`, problemAnswer(description)]),
      ),
    },
  };
}

function operationOf({ path, summary, query, required = [], params = {}, answers }: V2Route): object {
  return {
    operationId: `get${path.replace(/[/:.]+(\w)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [
      ...Object.entries(params).map(([name, schema]) => parameter('path', name, schema, true)),
      ...Object.entries(query).map(([name, schema]) => parameter('query', name, schema, required.includes(name))),
    ],
    responses: {
      200: {
        description: 'The answer.',
        content: Object.fromEntries(Object.entries(answers).map(([type, schema]) => [type, { schema }])),
      },
      401: { description: 'No token, or one that nobody knows.' },
      403: { description: 'The token may not read.' },
      ...Object.fromEntries(
        Object.keys(failures).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

function parameter(place: 'path' | 'query', name: string, schema: Schema, required: boolean): object {
  const { description, ...rest } = schema;
  return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest };
}

function problemAnswer(description: string): object {
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
