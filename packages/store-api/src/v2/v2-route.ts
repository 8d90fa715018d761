import type { Store } from '@assay/store';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A JSON schema as plain data. */
export type Schema = Readonly<Record<string, unknown>>;

/** A value of the query after its schema was applied. */
export type QueryValues = Readonly<Record<string, string | number | undefined>>;

/** A request after its schemas were applied. */
export interface V2Request {
  readonly query: QueryValues;
  readonly params: QueryValues;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** One route: what it takes, what it answers with, and how. The schemas validate the request and are the document of the API. */
export interface V2Route {
  /** Below `/api/v2`, as Fastify writes it: `/artifacts/:id`. */
  readonly path: string;
  readonly summary: string;
  /** Names of the query with their schemas; others are refused. */
  readonly query: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly params?: Readonly<Record<string, Schema>>;
  /** Schemas of the answer by media type. */
  readonly answers: Readonly<Record<string, Schema>>;
  readonly handle: (store: Store, request: V2Request) => Promise<unknown>;
}

/** A text of the query; `undefined` when it is absent or empty. */
export function textIn(values: QueryValues, name: string): string | undefined {
  const value = values[name];
  return value === undefined || value === '' ? undefined : String(value);
}
