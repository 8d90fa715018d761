import { AssayError } from '@assay/contract';

/** Most statements, products or parts that are read from one list: far above real documents, far below harm. */
const maxList = 200_000;

/** Whether the value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, when it is a text that says something. */
export function textOf(value: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const text = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

/** The object's own member as a list; empty when it is missing. Throws VEX_INVALID when it is something else or endless. */
export function listOf(value: Readonly<Record<string, unknown>>, key: string, sourceName: string): readonly unknown[] {
  const list = Object.hasOwn(value, key) ? value[key] : undefined;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new AssayError('VEX_INVALID', `${sourceName}: "${key}" is not a list`);
  if (list.length > maxList)
    throw new AssayError('LIMIT_EXCEEDED', `${sourceName}: "${key}" has more than ${maxList} entries`);
  return list;
}

/** The moment a text names; `undefined` when it names none. */
export function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
