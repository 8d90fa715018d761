import type { Page, Paging } from '@assay/store';

/** The envelope of lists. Source: spec/store.md §4.1. */
export function envelope<T>(results: readonly T[], count: number, paging: Paging) {
  if (paging === 'all') return { Count: count, CurrentPage: 1, LastPage: 1, PageSize: count, Results: results };
  return {
    Count: count,
    CurrentPage: paging.page,
    LastPage: Math.max(1, Math.ceil(count / paging.size)),
    PageSize: paging.size,
    Results: results,
  };
}

/** A page of a list that is at hand. */
export function slice<T>(rows: readonly T[], paging: Paging): Page<T> {
  const start = paging === 'all' ? 0 : (paging.page - 1) * paging.size;
  return { count: rows.length, rows: paging === 'all' ? rows : rows.slice(start, start + paging.size) };
}
