import type { NoticeRouteView } from '@burgee/server/api';
import { Button, UnstyledButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { noticeRoutes, tryRoute } from '../api/notices.ts';
import { type Column, DataTable } from '../app/data-table.tsx';
import { Empty, Failure, RowsLoading } from '../app/feedback.tsx';
import { useListFilter } from '../app/list-filter.ts';
import { Chip } from '../app/marks.tsx';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { Part, ScreenHead } from '../app/screen.tsx';
import { explain, sayDone } from '../app/toast.ts';
import { notices as t } from '../text/notices.ts';
import { NoticeLog } from './log.tsx';
import css from './notices.module.css';
import { targetWords } from './words.ts';

const RoutePanel = lazy(() => import('./panel.tsx').then((m) => ({ default: m.RoutePanel })));

/** Where notices go, and what became of those that were sent. */
export function NoticesScreen() {
  const { project } = useParams({ from: '/inside/projects/$project/notices' });
  const [filter, set] = useListFilter();
  const may = useMay()('notice:write');
  const { data, error, isPending, refetch } = useQuery(noticeRoutes(project));
  const open = data?.routes.find(({ key }) => key === filter.open);
  const create = may && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
      {t.create}
    </Button>
  );
  return (
    <>
      <ScreenHead title={t.title} lead={t.lead}>
        {(data?.routes.length ?? 0) > 0 && create}
      </ScreenHead>
      <Part title={t.routes}>
        {isPending && <RowsLoading rows={3} height={32} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        {data?.routes.length === 0 && (
          <Empty title={t.empty} action={create}>
            {t.emptyText}
          </Empty>
        )}
        {data && data.routes.length > 0 && (
          <div className={screen.list}>
            <Routes project={project} routes={data.routes} may={may} onOpen={(key) => set({ open: key })} />
          </div>
        )}
      </Part>
      <NoticeLog project={project} routes={data?.routes ?? []} />
      <Suspense fallback={null}>
        {filter.new && data && may && <RoutePanel project={project} mail={data.mail} onClose={() => set({ new: undefined })} />}
        {open && data && (
          <RoutePanel key={open.key} project={project} mail={data.mail} row={open} onClose={() => set({ open: undefined })} />
        )}
      </Suspense>
    </>
  );
}

interface RoutesProps {
  readonly project: string;
  readonly routes: readonly NoticeRouteView[];
  readonly may: boolean;
  onOpen(key: string): void;
}

function Routes({ project, routes, may, onOpen }: RoutesProps) {
  const columns: Column<NoticeRouteView>[] = [
    {
      id: 'name',
      name: t.columns.name,
      cell: ({ key, name, disabled }) => (
        <>
          <UnstyledButton className={screen.name} aria-label={t.open(name)} onClick={() => onOpen(key)}>
            {name}
          </UnstyledButton>
          <span className={screen.meta}>
            <span className="key">{key}</span>
            {disabled && <Chip tone="warn">{t.off}</Chip>}
          </span>
        </>
      ),
    },
    {
      id: 'target',
      name: t.columns.target,
      look: 'wide',
      cell: ({ target }) => (
        <>
          {t.kinds[target.kind]}
          <span className={screen.meta}>{targetWords(target)}</span>
        </>
      ),
    },
    {
      id: 'events',
      name: t.columns.events,
      cell: ({ events, environments }) => (
        <>
          {events.length === 0 ? t.everything : t.events(events.length)}
          <span className={screen.meta}>{environments.length === 0 ? t.everywhere : t.in(environments.join(', '))}</span>
        </>
      ),
    },
    { id: 'tools', name: '', look: 'tools', cell: (route) => may && <TestButton project={project} route={route} /> },
  ];
  return <DataTable label={t.routes} columns={columns} rows={routes} rowKey={({ key }) => key} />;
}

/** Sends a test notice, and says beside the button how it went. */
export function TestButton({ project, route: { key, name } }: { project: string; route: Pick<NoticeRouteView, 'key' | 'name'> }) {
  const test = useMutation({
    mutationFn: () => tryRoute(project, key),
    onSuccess: ({ sent }) => sent && sayDone(t.sent(name)),
    meta: { quiet: true },
  });
  const error = test.data?.error ?? (test.error ? explain(test.error) : null);
  return (
    <div className={css.test}>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t.testOne(name)}
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        {t.test}
      </Button>
      <span role="status" className={css.went}>
        {test.data?.sent && <Chip tone="good">{t.log.states.sent}</Chip>}
        {error !== null && <span className={css.wrong}>{t.notSent(error)}</span>}
      </span>
    </div>
  );
}
