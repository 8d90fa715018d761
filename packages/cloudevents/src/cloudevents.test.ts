import { HTTP, CloudEvent as SdkEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CloudEvent,
  decodeBatch,
  decodeStructured,
  encodeStructured,
  readMessage,
  toBatchMessage,
  toBinaryMessage,
  toStructuredMessage,
} from './index.ts';

/** Typed from the specification's own example (CloudEvents JSON format 1.0.2, section 3.2). */
const example = `{
  "specversion": "1.0",
  "type": "com.example.someevent",
  "source": "/mycontext",
  "subject": null,
  "id": "C234-1234-1234",
  "time": "2018-04-05T17:31:00Z",
  "comexampleextension1": "value",
  "comexampleothervalue": 5,
  "datacontenttype": "application/json",
  "data": { "appinfoA": "abc", "appinfoB": 123, "appinfoC": true }
}`;

const exampleEvent: CloudEvent = {
  id: 'C234-1234-1234',
  source: '/mycontext',
  type: 'com.example.someevent',
  time: '2018-04-05T17:31:00Z',
  datacontenttype: 'application/json',
  extensions: { comexampleextension1: 'value', comexampleothervalue: 5 },
  data: { appinfoA: 'abc', appinfoB: 123, appinfoC: true },
};

const least = { id: '1', source: '/s', type: 't' } as const;

describe('the JSON format', () => {
  it('reads the specification’s example', () => {
    expect(decodeStructured(example)).toEqual(exampleEvent);
  });

  it('writes what it reads', () => {
    expect(decodeStructured(encodeStructured(exampleEvent))).toEqual(exampleEvent);
  });

  it('carries bytes as base64 (section 3.1.1)', () => {
    const event = { ...least, datacontenttype: 'application/octet-stream', data: new Uint8Array([0, 255, 7]) };
    expect(JSON.parse(encodeStructured(event))).toMatchObject({ data_base64: 'AP8H' });
    expect(decodeStructured(encodeStructured(event))).toEqual(event);
  });

  it('reads base64 of JSON as JSON', () => {
    const text = JSON.stringify({
      specversion: '1.0',
      ...least,
      datacontenttype: 'application/json',
      data_base64: Buffer.from('{"a":1}').toString('base64'),
    });
    expect(decodeStructured(text).data).toEqual({ a: 1 });
  });

  it('ignores attributes whose names may not be, and those that are null', () => {
    expect(
      decodeStructured(JSON.stringify({ specversion: '1.0', ...least, contentType: 'x', ext: null, other: {} })),
    ).toEqual(least);
  });

  const refused: [what: string, text: string, why: RegExp][] = [
    ['another version', '{"specversion":"0.3","id":"1","source":"/s","type":"t"}', /specversion is "0.3"/],
    ['no id', '{"specversion":"1.0","source":"/s","type":"t"}', /id is missing/],
    ['an empty source', '{"specversion":"1.0","id":"1","source":"","type":"t"}', /source is ""/],
    [
      'a time that is none',
      '{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"yesterday"}',
      /not a moment/,
    ],
    [
      'data twice',
      '{"specversion":"1.0","id":"1","source":"/s","type":"t","data":1,"data_base64":"AA=="}',
      /exclude each other/,
    ],
    ['base64 that is none', '{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"?"}', /not base64/],
    ['a list', '[]', /an event is an object/],
    ['half an event', '{"specversion":"1.0"', /not JSON/],
  ];
  it.each(refused)('refuses %s', (_what, text, why) => {
    expect(() => decodeStructured(text)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', detail: expect.stringMatching(why) }),
    );
  });

  it('names the event of a batch that is none', () => {
    const good = encodeStructured(exampleEvent);
    expect(decodeBatch(`[${good},${good}]`)).toEqual([exampleEvent, exampleEvent]);
    expect(() => decodeBatch(`[${good},{}]`)).toThrow(/event 1: specversion/);
  });
});

describe('the HTTP binding', () => {
  it('writes attributes of binary messages as headers, percent-encoded (section 3.1.3.2)', () => {
    // "Euro € 😀" is the specification's own example of an encoded value.
    const { headers } = toBinaryMessage({ ...least, subject: 'Euro € 😀', data: { a: 1 } });
    expect(headers).toMatchObject({
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'content-type': 'application/json',
    });
  });

  it('reads every mode to the same event', () => {
    const events: CloudEvent[] = [
      exampleEvent,
      { ...least, subject: 'ü % "x"', datacontenttype: 'text/plain', data: 'plain' },
      { ...least, datacontenttype: 'application/octet-stream', data: new Uint8Array([1, 2]) },
      least,
    ];
    for (const event of events) {
      expect(readMessage(toStructuredMessage(event))).toEqual([event]);
      expect(readMessage(toBatchMessage([event, event]))).toEqual([event, event]);
      // Headers carry text only.
      const texts =
        event.extensions === undefined
          ? event
          : {
              ...event,
              extensions: Object.fromEntries(
                Object.entries(event.extensions).map(([name, value]) => [name, String(value)]),
              ),
            };
      expect(readMessage(toBinaryMessage(event))).toEqual([texts]);
    }
  });

  it('refuses a message that carries no event', () => {
    expect(() => readMessage({ headers: { 'content-type': 'text/html' }, body: '<html>' })).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    );
  });

  it('reads any message to events or a refusal', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('content-type', 'ce-id', 'ce-source', 'ce-specversion', 'ce-type', 'ce-time', '__proto__'),
          fc.string(),
        ),
        fc.string(),
        (headers, body) => {
          try {
            readMessage({ headers, body });
          } catch (error) {
            expect(error).toMatchObject({ code: 'EVENT_INVALID' });
          }
        },
      ),
    );
  });
});

describe('beside the specification’s own library', () => {
  it('its events are read, and ours by it', () => {
    const sdk = new SdkEvent({
      id: '7',
      source: '/s',
      type: 't',
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: { a: [1] },
      file: 'scan.cdx.json',
    });
    for (const message of [HTTP.structured(sdk), HTTP.binary(sdk)]) {
      const headers = Object.fromEntries(
        Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
      const body = typeof message.body === 'string' ? message.body : JSON.stringify(message.body);
      expect(readMessage({ headers, body })).toMatchObject([
        { id: '7', source: '/s', type: 't', extensions: { file: 'scan.cdx.json' }, data: { a: [1] } },
      ]);
    }
    for (const { headers, body } of [toStructuredMessage(exampleEvent), toBinaryMessage(exampleEvent)]) {
      expect(HTTP.toEvent({ headers: { ...headers }, body: String(body) })).toMatchObject({
        id: exampleEvent.id,
        source: exampleEvent.source,
        data: exampleEvent.data,
      });
    }
  });
});
