import { findText, type JsonObject } from '../json/value.ts';

/** A date of ISO 8601, its time and zone optional: producers leave them out. */
const pattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** The member as RFC 3339; a time without zone is UTC. A date that is none fails nothing: it is handed to `bad`. */
export function findDate(
  object: JsonObject | undefined,
  member: string,
  bad: (member: string, why: string) => void,
): string | undefined {
  const text = findText(object, member);
  if (text === undefined) return undefined;
  const match = pattern.exec(text);
  const dated = match !== null && match[1] === undefined && text.includes('T') ? `${text}Z` : text;
  if (match === null || Number.isNaN(Date.parse(dated))) {
    bad(member, `not a date: ${JSON.stringify(text.slice(0, 60))}`);
    return undefined;
  }
  return dated;
}
