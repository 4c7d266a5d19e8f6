import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { count } from '../text/format.ts';
import { frame as t } from '../text/frame.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Empty, Failure, RowsLoading } from './feedback.tsx';
import { hasWords, useListFilter } from './list-filter.ts';
import css from './screen.module.css';
import { ScreenHead, SearchField } from './screen.tsx';

interface Props<R> {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly query: Pick<UseQueryResult<readonly R[]>, 'data' | 'error' | 'isPending' | 'refetch'>;
  readonly columns: readonly Column<R>[];
  readonly rowKey: (row: R) => string;
  /** What the search looks in. */
  readonly words: (row: R) => string;
  readonly searchLabel: string;
  /** The order without a choice; else as it comes. */
  readonly defaultSort?: string;
  readonly empty: { readonly title: string; readonly text: ReactNode };
  /** The button that makes one, for who may. */
  readonly action?: ReactNode;
  /** Panels and dialogs. */
  readonly children?: ReactNode;
}

/** A list with search and order in the address, and something to say while it is loading, broken, empty or filtered to nothing. */
export function ListScreen<R>({
  title,
  lead,
  query,
  columns,
  rowKey,
  words,
  searchLabel,
  defaultSort,
  empty,
  action,
  children,
}: Props<R>) {
  const [filter, set] = useListFilter();
  const { data, error, isPending, refetch } = query;
  const rows = (data ?? []).filter((row) => hasWords(words(row), filter.q));
  const counted = data && data.length > 0 ? t.count(count(rows.length), count(data.length)) : undefined;
  return (
    <>
      <ScreenHead title={title} count={counted} lead={lead}>
        {data && data.length > 0 && action}
      </ScreenHead>
      {((data?.length ?? 0) > 0 || filter.q !== undefined) && (
        <div className={css.tools}>
          <SearchField label={searchLabel} value={filter.q} onChange={(q) => set({ q })} />
        </div>
      )}
      <div className={`card ${css.list}`}>
        {isPending && <RowsLoading rows={8} height={32} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {data?.length === 0 && (
          <Empty title={empty.title} action={action}>
            {empty.text}
          </Empty>
        )}
        {data && data.length > 0 && rows.length === 0 && (
          <Empty
            title={t.noneMatch}
            action={
              <Button variant="default" onClick={() => set({ q: undefined })}>
                {t.clearSearch}
              </Button>
            }
          >
            {t.noneMatchText}
          </Empty>
        )}
        {rows.length > 0 && (
          <DataTable
            label={title}
            columns={columns}
            rows={rows}
            rowKey={rowKey}
            sort={filter.sort ?? defaultSort}
            onSort={(sort) => set({ sort })}
          />
        )}
      </div>
      {children}
    </>
  );
}
