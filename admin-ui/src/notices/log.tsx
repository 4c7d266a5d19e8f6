import type { NoticeRecord, NoticeRouteView } from '@burgee/server/api';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { noticePage } from '../api/notices.ts';
import { type Column, DataTable } from '../app/data-table.tsx';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { Ago, Chip, type Tone } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import screen from '../app/screen.module.css';
import { Part } from '../app/screen.tsx';
import { ago, count, unbroken } from '../text/format.ts';
import { notices } from '../text/notices.ts';
import css from './notices.module.css';

const t = notices.log;
type Delivery = NonNullable<NoticeRecord['deliveries']>[string];
const TONES: Readonly<Record<Delivery['state'], Tone>> = { waiting: 'idle', sent: 'good', failed: 'warn', given_up: 'bad' };

/** What people were told, and how sending it went by route. */
export function NoticeLog({ project, routes }: { project: string; routes: readonly NoticeRouteView[] }) {
  const now = useNow(10_000);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['notices', project],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) => noticePage(project, pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
    // no event tells of a delivery
    refetchInterval: 15_000,
  });
  const rows = data?.pages.flatMap((page) => page.notices) ?? [];
  const names = new Map(routes.map(({ key, name }) => [key, name]));
  const columns: Column<NoticeRecord>[] = [
    { id: 'at', name: t.columns.at, look: 'short', cell: ({ at }) => <Ago at={at} now={now} /> },
    {
      id: 'sentence',
      name: t.columns.sentence,
      look: 'wide',
      cell: ({ notice }) => (
        <Link className={css.sentence} to={notice.path}>
          {unbroken(notice.sentence)}
        </Link>
      ),
    },
    {
      id: 'deliveries',
      name: t.columns.deliveries,
      cell: ({ deliveries }) => <Deliveries deliveries={deliveries} names={names} now={now} />,
    },
  ];
  return (
    <Part title={t.title} lead={rows.length > 0 ? t.lead : data ? t.empty : undefined}>
      {isPending && <RowsLoading rows={5} height={28} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {rows.length > 0 && (
        <div className={screen.list}>
          <DataTable label={t.title} columns={columns} rows={rows} rowKey={({ id }) => String(id)} />
        </div>
      )}
      {hasNextPage && (
        <div className={css.more}>
          <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t.more}
          </Button>
        </div>
      )}
    </Part>
  );
}

interface DeliveriesProps {
  readonly deliveries: NoticeRecord['deliveries'];
  readonly names: ReadonlyMap<string, string>;
  readonly now: number;
}

function Deliveries({ deliveries, names, now }: DeliveriesProps) {
  if (deliveries === null) return <span className="muted">{t.pending}</span>;
  const all = Object.entries(deliveries);
  if (all.length === 0) return <span className="muted">{t.nobody}</span>;
  return (
    <ul className={css.deliveries}>
      {all.map(([route, { state, attempts, at, error }]) => (
        <li key={route}>
          <Chip tone={TONES[state]}>{t.states[state]}</Chip> {names.get(route) ?? route}
          {state === 'failed' && <span className={screen.meta}>{t.again(ago(at, now), count(attempts))}</span>}
          {state === 'given_up' && <span className={screen.meta}>{t.tried(count(attempts))}</span>}
          {error !== null && <span className={screen.meta}>{error}</span>}
        </li>
      ))}
    </ul>
  );
}
