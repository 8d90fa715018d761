import type { KubeObject } from '../object.ts';
import { answerError, isRecord } from './answer.ts';
import type { WatchEvent } from './kube-client.ts';
import { KubeError } from './kube-error.ts';

/** One line of a watch. The server's ERROR is thrown as the KubeError of its Status; a broken line as KUBE_PROTOCOL, which is retryable: the next watch sends whole ones. */
export function readWatchLine<T extends KubeObject>(line: string, what: string): WatchEvent<T> {
  const event = parse(line);
  if (!isRecord(event) || !isRecord(event.object)) throw broken(what, 'a line is not a watch event');
  const { type, object } = event;
  const { metadata } = object;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!isRecord(metadata) || typeof metadata.name !== 'string') throw broken(what, 'an object has no name');
      // The kind was asked for by its path; the server's word is taken for the shape of its objects.
      return { type, object: object as unknown as T };
    case 'BOOKMARK': {
      const version = isRecord(metadata) ? metadata.resourceVersion : undefined;
      if (typeof version !== 'string' || version === '') throw broken(what, 'a bookmark has no resource version');
      return { type, resourceVersion: version };
    }
    case 'ERROR': {
      const { code } = object;
      throw answerError({ status: typeof code === 'number' ? code : 500, headers: {}, json: object }, what);
    }
    default:
      throw broken(what, `an event is of the unknown type ${JSON.stringify(type)?.slice(0, 40)}`);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function broken(what: string, detail: string): KubeError {
  return new KubeError('KUBE_PROTOCOL', `${what}: ${detail}`, { status: 0, reason: 'Protocol', retryable: true });
}
