import { isIriReference } from '../../validate/iri-reference.ts';

/** Whether the text may stand where XML wants `anyURI` and JSON an IRI. */
export function fitsUri(text: string): boolean {
  return text !== '' && isIriReference(text);
}

/** Source: CycloneDX 1.6, `version`: at most 1024 characters; earlier versions have no limit. */
export function fitsVersion(text: string): boolean {
  return text !== '' && text.length <= 1024;
}

/** RFC 3339 with a zone: what JSON's `date-time` and XML's `dateTime` have in common. */
export function fitsDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)$/.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return (
    year > 0 && hour < 24 && minute < 60 && second < 60 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  );
}

/** Source: CycloneDX XSD, type `cpe`; CPE 2.2 and 2.3 grammars. */
export function fitsCpe(text: string): boolean {
  return cpe22.test(text) || cpe23.test(text);
}

const cpe22 = /^[c][pP][eE]:\/[AHOaho]?(:[A-Za-z0-9._\-~%]*){0,6}$/;
const part = String.raw`(?:(?:[?]|\*)?(?:[a-zA-Z0-9\-._]|\\[\\*?!"#$%&'()+,/:;<=>@[\]^\`{|}~])+(?:[?]|\*)?|[*-])`;
const cpe23 = new RegExp(
  String.raw`^cpe:2\.3:[aho*-](?::${part}){5}(?::(?:[a-zA-Z]{2,3}(?:-(?:[a-zA-Z]{2}|[0-9]{3}))?|[*-]))(?::${part}){4}$`,
);

/** Source: CycloneDX JSON schema, `hash-content`. */
export function fitsHash(text: string): boolean {
  return /^(?:[a-f0-9]{32}|[a-f0-9]{40}|[a-f0-9]{64}|[a-f0-9]{96}|[a-f0-9]{128})$/.test(text);
}
