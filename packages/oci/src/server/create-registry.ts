import type { IncomingMessage } from 'node:http';
import { AssayError } from '@assay/contract';

/** What a request wants to do, for `authorize`. */
export interface RegistryAccess {
  readonly action: 'pull' | 'push' | 'delete' | 'list';
  /** Absent for the ping. */
  readonly repository?: string;
}

export interface EmbeddedRegistryOptions {
  /** Where content is kept; made when missing. One process at a time. */
  readonly folder: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Certificate and key in PEM: serves https. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** Bytes of the largest manifest taken. Default 4 MiB, the least the specification asks for. */
  readonly manifestLimit?: number;
  /** Asked before each request. Headers it names go out with a refusal. */
  authorize?(request: IncomingMessage, access: RegistryAccess): Promise<AuthorizeAnswer> | AuthorizeAnswer;
}

export type AuthorizeAnswer =
  | { readonly allow: true }
  | { readonly allow: false; readonly status: 401 | 403; readonly headers?: Readonly<Record<string, string>> };

export interface EmbeddedRegistry {
  /** Starts to listen. */
  listen(): Promise<void>;
  /** `http://127.0.0.1:34567`, once it listens. */
  readonly url: string;
  /** `127.0.0.1:34567`: what stands before the slash in references to it. */
  readonly host: string;
  close(): Promise<void>;
}

export async function createRegistry(options: EmbeddedRegistryOptions): Promise<EmbeddedRegistry> {
  throw new AssayError('INTERNAL', `not written yet: ${options.folder}`);
}
