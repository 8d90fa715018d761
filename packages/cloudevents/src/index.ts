export type { AttributeValue, CloudEvent } from './event.ts';
export { type HttpMessage, readMessage, toBatchMessage, toBinaryMessage, toStructuredMessage } from './http-binding.ts';
export {
  batchType,
  decodeBatch,
  decodeStructured,
  encodeBatch,
  encodeStructured,
  structuredType,
} from './json-format.ts';
