import type { Json } from './json.ts';

/** An answer. `body` may be read once; `text` and `json` read it whole. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as text, in pieces. A watch yields whole lines as they happen. */
  readonly body: AsyncIterable<string>;
  text(): Promise<string>;
  json(): Promise<Json>;
}

const jsonType = { 'content-type': 'application/json' } as const;

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/** An answer with a JSON value. It is written out when it is read. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return textResponse(status, () => JSON.stringify(value), { ...jsonType, ...headers });
}

/** An answer with a text. */
export function textResponse(
  status: number,
  make: () => string,
  headers: Readonly<Record<string, string>>,
): ApiResponse {
  let made: string | undefined;
  const text = () => {
    made ??= make();
    return made;
  };
  return {
    status,
    headers,
    get body() {
      return once(text());
    },
    text: async () => text(),
    json: async () => JSON.parse(text()) as Json, // JSON.parse gives nothing else
  };
}

/** An answer that goes on. */
export function streamResponse(body: AsyncIterable<string>): ApiResponse {
  const text = async () => {
    let all = '';
    for await (const piece of body) all += piece;
    return all;
  };
  return { status: 200, headers: jsonType, body, text, json: async () => JSON.parse(await text()) as Json }; // as above
}
