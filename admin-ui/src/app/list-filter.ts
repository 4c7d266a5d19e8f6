import { useNavigate, useSearch } from '@tanstack/react-router';
import { word } from './search-params.ts';

/** What a list shows, in which order, and which panel is open beside it. */
export interface ListFilter {
  readonly q?: string | undefined;
  /** A column; with a minus before it the other way round. */
  readonly sort?: string | undefined;
  readonly new?: true | undefined;
  /** What the panel shows. */
  readonly open?: string | undefined;
}

export const listFilter = (search: Readonly<Record<string, unknown>>): ListFilter => ({
  q: word(search.q),
  sort: word(search.sort),
  new: search.new === true ? true : undefined,
  open: word(search.open),
});

/** The filter in the address, and the way to change it. Opening a panel is a step that the back button undoes. */
export function useListFilter(): readonly [ListFilter, (change: ListFilter) => void] {
  const filter = useSearch({ strict: false }) as ListFilter;
  const navigate = useNavigate();
  const set = (change: ListFilter) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, ...change }),
      replace: !('new' in change || 'open' in change),
    });
  return [filter, set];
}

/** Whether every word of the search is somewhere in the text. */
export function hasWords(text: string, search: string | undefined): boolean {
  if (search === undefined) return true;
  const all = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((part) => all.includes(part));
}
