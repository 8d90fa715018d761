import { AssayError } from '@assay/contract';
import type { Store } from '@assay/store';
import { toProblem } from '@assay/store';
import type { FastifyInstance } from 'fastify';
import { type DocumentNode, execute, GraphQLError, parse, validate } from 'graphql';
import { bodyOf } from '../server/body-of.ts';
import { toAnswer } from '../server/problem-answer.ts';
import { checkCost } from './limits.ts';
import { playPage } from './play-page.ts';
import { createRoot } from './root.ts';
import { createSchema } from './schema.ts';

/** Tokens of a query's text; a person's has some hundred. */
const mostTokens = 5_000;
/** Bytes of a request. */
const mostBytes = 256 * 1024;

/** AMR's GraphQL. Source: spec/amr.md §6. */
export function addGraphqlRoutes(server: FastifyInstance, { store }: { readonly store: Store }): void {
  const schema = createSchema();
  server.get('/play', { config: { isOpen: true } }, async (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      // The page brings everything it needs and may ask nobody but this store.
      .header(
        'content-security-policy',
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      .header('referrer-policy', 'no-referrer')
      .send(playPage),
  );
  server.post(
    '/query',
    { bodyLimit: mostBytes, config: { surface: 'graphql', verb: 'get' } },
    async (request, reply) => {
      const { query, variables, operationName } = readRequest(bodyOf(request));
      try {
        const document = readQuery(query);
        // First of all: checking a query takes longer than answering one, and some rules double their time with each fragment.
        checkCost(document);
        const faults = validate(schema, document, undefined, { maxErrors: 10 });
        if (faults.length > 0) return reply.code(422).send({ errors: faults.map(toFault), data: null });
        const result = await execute({
          schema,
          document,
          rootValue: createRoot(store.queries),
          ...(variables === undefined ? {} : { variableValues: variables }),
          ...(operationName === undefined ? {} : { operationName }),
        });
        const { errors, data } = result;
        return { ...(errors === undefined ? {} : { errors: errors.map(toFault) }), data };
      } catch (error) {
        if (error instanceof GraphQLError) return reply.code(422).send({ errors: [toFault(error)], data: null });
        throw error;
      }
    },
  );
}

interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

function readRequest(body: Uint8Array): GraphqlRequest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new AssayError('REQUEST_INVALID', 'the body is no JSON');
  }
  const { query, variables, operationName }: { query?: unknown; variables?: unknown; operationName?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  if (typeof query !== 'string') throw new AssayError('REQUEST_INVALID', 'query is missing');
  return {
    query,
    ...(typeof variables === 'object' && variables !== null ? { variables: { ...variables } } : {}),
    ...(typeof operationName === 'string' && operationName !== '' ? { operationName } : {}),
  };
}

function readQuery(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: mostTokens });
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new GraphQLError('the query nests too deep');
    throw error;
  }
}

/** An error as GraphQL says it; a failure of ours says nothing about its cause. */
function toFault(error: GraphQLError) {
  const { originalError } = error;
  // What is wrong with a variable is wrapped twice.
  const isPlain = originalError === undefined || originalError === null || originalError instanceof GraphQLError;
  const problem = isPlain ? undefined : toProblem(originalError);
  const isOurs = problem !== undefined && !(problem instanceof AssayError && toAnswer(problem).status < 500);
  return {
    message: isOurs ? toAnswer(problem).message : problem instanceof AssayError ? problem.detail : error.message,
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
  };
}
