// The two parts of undici that a transport needs, with the types of its index. See pool.ts.
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  // biome-ignore lint/style/noDefaultExport: describes a module that is not ours
  export default Pool;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';
  // biome-ignore lint/style/noDefaultExport: describes a module that is not ours
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}
