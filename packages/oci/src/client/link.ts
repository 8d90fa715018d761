import { AssayError } from '@assay/contract';
import type { HttpAnswer } from './exchange-once.ts';

/** The address of the next page, from `Link: <…>; rel="next"`. A page on another host is refused: it would be asked with our credentials. Source: RFC 8288. */
export function nextPage(answer: HttpAnswer): URL | undefined {
  for (const header of answer.headers('link')) {
    for (const link of header.split(',')) {
      const match = /^\s*<([^<>]{1,4000})>\s*;(.*)$/.exec(link);
      if (match === null || !/(?:^|;)\s*rel\s*=\s*"?next"?\s*(?:;|$)/i.test(match[2] ?? '')) continue;
      const url = URL.parse(match[1] ?? '', answer.url.href);
      if (url === null || url.origin !== answer.url.origin || url.href === answer.url.href) {
        throw new AssayError('REGISTRY_PROTOCOL', `${answer.url.host} names a next page that cannot be followed`);
      }
      return url;
    }
  }
  return undefined;
}
