import { succeeds } from '../builtin.ts';
import { parseTime } from '../go-parse-time.ts';
import { parseUrl } from '../go-url.ts';
import { parseAddress } from '../ip.ts';
import { compilePattern } from '../regexes.ts';

type Check = (text: string) => boolean;

const isTime =
  (...layouts: readonly string[]): Check =>
  (text) =>
    layouts.some((layout) => succeeds(() => parseTime(layout, text)));

const date = '2006-01-02';
const times = ['15:04:05Z07:00', '15:04:05'];

const isReference: Check = (text) => succeeds(() => parseUrl(text)) && !text.includes('\\');
const isUri: Check = (text) => isReference(text) && parseUrl(text).scheme !== '';

/** Braces that are closed, none inside another. */
const isTemplate: Check = (text) => isReference(text) && /^[^{]*(?:\{[^}]*\}[^{]*)*$/s.test(text);

/** An address as in a mail's header (RFC 5322): `a@b.c`, `Name <a@b.c>`. */
const atom = "[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const address = `(?:${atom}(?:\\.${atom})*|"(?:[^"\\\\]|\\\\.)+")@(?:${atom}(?:\\.${atom})*|\\[[0-9a-fA-F.:]+\\])`;
const mail = new RegExp(`^\\s*(?:${address}|(?:(?:${atom}|"(?:[^"\\\\]|\\\\.)*")\\s*)*<${address}>)\\s*$`, 'u');

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const hostname = new RegExp(`^${label}(?:\\.${label})*$`);
const pointer = '(?:/(?:[^~/]|~0|~1)*)*';
const isPattern = (pattern: RegExp): Check => pattern.test.bind(pattern);

const checks: ReadonlyMap<string, Check> = new Map([
  ['date', isTime(date)],
  ['time', isTime(...times)],
  ['date-time', isTime(...times, date, '2006-01-02T15:04:05Z07:00')],
  ['hostname', (text) => text.length < 256 && hostname.test(text)],
  ['email', isPattern(mail)],
  ['idn-email', isPattern(mail)],
  ['ipv4', (text) => text.includes('.') && parseAddress(text) !== undefined],
  ['ipv6', (text) => text.includes(':') && parseAddress(text) !== undefined],
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isReference],
  ['iri-reference', isReference],
  ['uri-template', isTemplate],
  ['uuid', isPattern(/^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i)],
  ['regex', (text) => succeeds(() => compilePattern(text, { cache: new Map() }))],
  ['json-pointer', isPattern(new RegExp(`^${pointer}$`, 's'))],
  ['relative-json-pointer', isPattern(new RegExp(`^(?:0|[1-9][0-9]*)(?:#|${pointer})$`, 's'))],
]);

/** Whether a text has a format of JSON Schema; a format that is not known lets everything pass. */
export const isFormat = (format: string, text: string): boolean => checks.get(format)?.(text) ?? true;
