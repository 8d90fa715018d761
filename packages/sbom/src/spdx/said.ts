import { findMember, findText, type JsonObject } from '../json/value.ts';

/** Whether a text says something: SPDX's two words for silence are not values. Source: SPDX 2.3 §3.4. */
export function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== 'NOASSERTION' && text !== 'NONE';
}

/** The member when it is a text that says something. */
export function findSaid(object: JsonObject, key: string): string | undefined {
  const text = findText(object, key);
  return isSaid(text) ? text : undefined;
}

/** The member when it is text and nothing else. */
export function findString(object: JsonObject, key: string): string | undefined {
  const value = findMember(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** A short word for what a value is, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A text from outside, cut for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
