import { quote } from '../values/text.ts';
import { BuiltinError } from './builtin.ts';
import { type ElementName, months, type Piece, readLayout, weekdays } from './go-layout.ts';

/** What is read so far. */
interface Read {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  isPm: boolean | undefined;
  offset: number;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

/** Nanoseconds since 1970 of a time that is written by a layout. Throws with Go's words. */
export function parseTime(layout: string, value: string): bigint {
  const reader = new TimeReader(layout, value);
  return reader.read();
}

class TimeReader {
  readonly #layout: string;
  readonly #value: string;
  readonly #read: Read = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    isPm: undefined,
    offset: 0,
  };
  #rest: string;

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#value = value;
    this.#rest = value;
  }

  read(): bigint {
    const pieces = readLayout(this.#layout);
    for (const [at, piece] of pieces.entries()) this.#take(piece, pieces[at + 1]);
    if (this.#rest !== '') throw this.#fail(`: extra text: ${quote(this.#rest)}`);
    return this.#toNanoseconds();
  }

  #fail(why: string): BuiltinError {
    return new BuiltinError(`parsing time ${quote(this.#value)}${why}`);
  }

  #cannot(wanted: string): BuiltinError {
    return this.#fail(` as ${quote(this.#layout)}: cannot parse ${quote(this.#rest)} as ${quote(wanted)}`);
  }

  #outOfRange(what: string): BuiltinError {
    return this.#fail(`: ${what} out of range`);
  }

  #take(piece: Piece, next: Piece | undefined): void {
    if (piece.is === 'text') {
      this.#skip(piece.text);
      return;
    }
    const { name, text } = piece;
    if (name === 'zone') this.#zone(text);
    else if (name === 'fraction') this.#fraction(text);
    else this.#element(name, text);
    // Fractions of a second may follow where the layout names none.
    if (name === '5' || name === '05') {
      const found = /^[.,](\d+)/.exec(this.#rest);
      if (found !== null && !(next?.is === 'element' && next.name === 'fraction')) this.#takeFraction(found);
    }
  }

  /** Blanks of the layout take as many blanks as there are. */
  #skip(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === ' ') {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) throw this.#cannot(text.slice(at));
        while (text[at + 1] === ' ') at++;
        this.#rest = this.#rest.replace(/^ +/, '');
      } else {
        if (!this.#rest.startsWith(text[at] ?? '')) throw this.#cannot(text.slice(at));
        this.#rest = this.#rest.slice(1);
      }
    }
  }

  #match(pattern: RegExp, wanted: string): string {
    const found = pattern.exec(this.#rest);
    if (found === null) throw this.#cannot(wanted);
    this.#rest = this.#rest.slice(found[0].length);
    return found[1] ?? found[0];
  }

  #number(pattern: RegExp, wanted: string): number {
    return Number(this.#match(pattern, wanted));
  }

  #name(names: readonly string[], length: number | undefined, wanted: string): number {
    const at = names.findIndex((name) => {
      const short = length === undefined ? name : name.slice(0, length);
      return this.#rest.slice(0, short.length).toLowerCase() === short.toLowerCase();
    });
    if (at < 0) throw this.#cannot(wanted);
    this.#rest = this.#rest.slice(length ?? names[at]?.length);
    return at;
  }

  #element(name: Exclude<ElementName, 'zone' | 'fraction'>, text: string): void {
    const read = this.#read;
    switch (name) {
      case '2006':
        read.year = this.#number(/^\d{4}/, text);
        break;
      case '06': {
        const year = this.#number(/^\d{2}/, text);
        read.year = year >= 69 ? year + 1900 : year + 2000;
        break;
      }
      case 'January':
        read.month = this.#name(months, undefined, text) + 1;
        break;
      case 'Jan':
        read.month = this.#name(months, 3, text) + 1;
        break;
      case '1':
      case '01':
        read.month = this.#number(name === '01' ? /^\d{2}/ : /^\d{1,2}/, text);
        if (read.month < 1 || read.month > 12) throw this.#outOfRange('month');
        break;
      case 'Monday':
        this.#name(weekdays, undefined, text);
        break;
      case 'Mon':
        this.#name(weekdays, 3, text);
        break;
      case '2':
      case '_2':
      case '02':
        if (name === '_2' && this.#rest.startsWith(' ')) this.#rest = this.#rest.slice(1);
        read.day = this.#number(name === '02' ? /^\d{2}/ : /^\d{1,2}/, text);
        break;
      case '002':
      case '__2':
        read.yearDay = this.#number(name === '002' ? /^\d{3}/ : /^ {0,2}\d{1,3}/, text);
        break;
      case '15':
        read.hour = this.#number(/^\d{1,2}/, text);
        if (read.hour > 23) throw this.#outOfRange('hour');
        break;
      case '3':
      case '03':
        read.hour = this.#number(name === '03' ? /^\d{2}/ : /^\d{1,2}/, text);
        if (read.hour > 12) throw this.#outOfRange('hour');
        break;
      case '4':
      case '04':
        read.minute = this.#number(name === '04' ? /^\d{2}/ : /^\d{1,2}/, text);
        if (read.minute > 59) throw this.#outOfRange('minute');
        break;
      case '5':
      case '05':
        read.second = this.#number(name === '05' ? /^\d{2}/ : /^\d{1,2}/, text);
        if (read.second > 59) throw this.#outOfRange('second');
        break;
      case 'PM':
        read.isPm = this.#match(/^(?:AM|PM)/, text) === 'PM';
        break;
      case 'pm':
        read.isPm = this.#match(/^(?:am|pm)/, text) === 'pm';
        break;
      case 'MST':
        this.#abbreviation(text);
        break;
    }
  }

  /** An abbreviation tells no offset, but for `GMT+3`: others count as UTC. */
  #abbreviation(text: string): void {
    const hours = /^GMT([+-]\d{1,2})/.exec(this.#rest);
    if (hours !== null && Math.abs(Number(hours[1])) < 24) {
      this.#rest = this.#rest.slice(hours[0].length);
      this.#read.offset = Number(hours[1]) * 3600;
      return;
    }
    this.#match(/^(?:UTC|ChST|MeST|WITA|[A-Z]{3,4}T?|[+-]\d{2}(?:\d{2})?)(?![A-Z])/, text);
  }

  #zone(text: string): void {
    if (text.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1);
      return;
    }
    const groups = text.replace(/\D/g, '').length / 2;
    const colon = text.includes(':') ? ':' : '';
    const pattern = new RegExp(
      `^([+-])(\\d{2})${groups > 1 ? `${colon}(\\d{2})` : ''}${groups > 2 ? `${colon}(\\d{2})` : ''}`,
    );
    const found = pattern.exec(this.#rest);
    if (found === null) throw this.#cannot(text);
    this.#rest = this.#rest.slice(found[0].length);
    const [hours, minutes, seconds] = [Number(found[2]), Number(found[3] ?? 0), Number(found[4] ?? 0)];
    if (hours > 24) throw this.#outOfRange('time zone offset hour');
    if (minutes > 60) throw this.#outOfRange('time zone offset minute');
    if (seconds > 60) throw this.#outOfRange('time zone offset second');
    this.#read.offset = (found[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  }

  #fraction(text: string): void {
    const isExact = text[1] === '0';
    const found = (isExact ? new RegExp(`^[.,](\\d{${text.length - 1}})`) : /^[.,](\d{1,9})(?!\d)/).exec(this.#rest);
    if (found !== null) this.#takeFraction(found);
    else if (isExact) throw this.#cannot(text);
  }

  #takeFraction(found: RegExpExecArray): void {
    this.#rest = this.#rest.slice(found[0].length);
    this.#read.nanosecond = Number((found[1] ?? '').slice(0, 9).padEnd(9, '0'));
  }

  #toNanoseconds(): bigint {
    const read = this.#read;
    if (read.isPm === true && read.hour < 12) read.hour += 12;
    else if (read.isPm === false && read.hour === 12) read.hour = 0;
    if (read.yearDay >= 0) this.#fromYearDay();
    const [month, day] = [read.month < 0 ? 1 : read.month, read.day < 0 ? 1 : read.day];
    if (day < 1 || day > daysIn(read.year, month)) throw this.#outOfRange('day');
    const date = new Date(0);
    date.setUTCFullYear(read.year, month - 1, day);
    date.setUTCHours(read.hour, read.minute, read.second);
    return BigInt(date.getTime() - read.offset * 1000) * 1_000_000n + BigInt(read.nanosecond);
  }

  #fromYearDay(): void {
    const read = this.#read;
    const days = daysIn(read.year, 2) === 29 ? 366 : 365;
    if (read.yearDay < 1 || read.yearDay > days) throw this.#outOfRange('day-of-year');
    const date = new Date(0);
    date.setUTCFullYear(read.year, 0, read.yearDay);
    const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
    if (read.month >= 0 && read.month !== month) throw this.#fail(': day-of-year does not match month');
    if (read.day >= 0 && read.day !== day) throw this.#fail(': day-of-year does not match day');
    read.month = month;
    read.day = day;
  }
}
