import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './data-table.module.css';

/** One column of a table; the first one names the row. */
export interface Column<R> {
  readonly id: string;
  readonly name: string;
  /** What the column sorts by; without it, it does not. */
  readonly by?: (row: R) => string | number;
  /** `wide` takes what room is left, `short` never breaks, `num` stands to the right too, `tools` holds the row's buttons. */
  readonly look?: 'wide' | 'short' | 'num' | 'tools';
  cell(row: R): ReactNode;
}

interface Props<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  /** The column sorted by; with a minus before it the other way round. */
  readonly sort?: string | undefined;
  readonly onSort?: ((sort: string | undefined) => void) | undefined;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], sort: string | undefined): readonly R[] {
  const by = columns.find(({ id }) => id === sort?.replace(/^-/, ''))?.by;
  if (by === undefined) return rows;
  const sign = sort?.startsWith('-') ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b)));
  });
}

/** Rows of the same kind. On a phone every row is a card that names its values. */
export function DataTable<R>({ label, columns, rows, rowKey, sort, onSort }: Props<R>) {
  return (
    <table className={css.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <Head key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted(rows, columns, sort).map((row) => (
          <tr key={rowKey(row)}>
            {columns.map(({ id, name, look, cell }, index) =>
              index === 0 ? (
                <th key={id} scope="row" data-look={look}>
                  {cell(row)}
                </th>
              ) : (
                <td key={id} data-look={look} data-name={name}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head<R>({ column: { id, name, by, look }, sort, onSort }: { column: Column<R> } & Pick<Props<R>, 'sort' | 'onSort'>) {
  if (look === 'tools') return <td />;
  if (by === undefined || onSort === undefined) {
    return (
      <th scope="col" data-look={look}>
        {name}
      </th>
    );
  }
  const here = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : 'none';
  const Icon = here === 'none' ? IconArrowsSort : here === 'ascending' ? IconArrowUp : IconArrowDown;
  const next = here === 'none' ? id : here === 'ascending' ? `-${id}` : undefined;
  return (
    <th scope="col" aria-sort={here} data-look={look}>
      <UnstyledButton className={css.sort} onClick={() => onSort(next)}>
        {name}
        <Icon size={12} aria-hidden="true" />
      </UnstyledButton>
    </th>
  );
}
