import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { ContentFolder } from './content-folder.ts';

/** One request, as the routes see it. */
export interface Exchange {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly body: AsyncIterable<Uint8Array>;
  readonly folder: ContentFolder;
  /** Bytes of the largest manifest and blob taken. */
  readonly manifestLimit: number;
  readonly blobLimit: number;
  /** Whether the caller may read another repository, for mounts. */
  mayPull(repository: string): Promise<boolean>;
  /** Whether anyone may read everything: content can then be mounted without saying from where. */
  readonly isOpen: boolean;
}

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** The value of a header that is sent once. */
export function headerOf(exchange: Exchange, name: string): string | undefined {
  const value = exchange.request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
