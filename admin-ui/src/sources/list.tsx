import { Button, UnstyledButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import * as queries from '../api/queries.ts';
import type { PlanRow } from '../api/resources.ts';
import { type SourceRow, sources as sourcesQuery } from '../api/sources.ts';
import type { Column } from '../app/data-table.tsx';
import { useListFilter } from '../app/list-filter.ts';
import { ListScreen } from '../app/list-screen.tsx';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { sources as t } from '../text/sources.ts';

const SourcePanel = lazy(() => import('./panel.tsx').then((m) => ({ default: m.SourcePanel })));

/** The plans whose guards read a source. */
export function readersOf(source: string, plans: readonly PlanRow[]): PlanRow[] {
  return plans.filter(({ guards }) => guards.some((guard) => 'source' in guard && guard.source === source));
}

/** The monitoring systems that guards read. */
export function SourceList() {
  const { project } = useParams({ from: '/inside/projects/$project/sources' });
  const [filter, set] = useListFilter();
  const may = useMay();
  const query = useQuery(sourcesQuery(project));
  const { data: plans = [] } = useQuery(queries.plans(project));
  const columns: Column<SourceRow>[] = [
    {
      id: 'name',
      name: t.columns.name,
      by: ({ name }) => name,
      cell: ({ name, key }) => (
        <>
          <UnstyledButton className={screen.name} aria-label={t.open(name)} onClick={() => set({ open: key })}>
            {name}
          </UnstyledButton>
          <span className={screen.meta}>
            <span className="key">{key}</span>
          </span>
        </>
      ),
    },
    { id: 'type', name: t.columns.type, look: 'short', by: ({ type }) => type, cell: ({ type }) => t.types[type] },
    { id: 'url', name: t.columns.url, look: 'wide', cell: ({ url }) => <span className="key">{url}</span> },
    { id: 'plans', name: t.columns.plans, cell: ({ key }) => <Readers plans={readersOf(key, plans)} /> },
  ];
  const create = may('source:write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
      {t.create}
    </Button>
  );
  const open = query.data?.find(({ key }) => key === filter.open);
  return (
    <ListScreen
      title={t.title}
      lead={t.lead}
      query={query}
      columns={columns}
      rowKey={({ key }) => key}
      words={({ name, key, url, type }) => `${name} ${key} ${url} ${t.types[type]}`}
      searchLabel={t.search}
      empty={{ title: t.empty, text: t.emptyText }}
      action={create}
    >
      <Suspense fallback={null}>
        {filter.new && may('source:write') && (
          <SourcePanel
            project={project}
            plans={plans}
            onMade={(key) => set({ new: undefined, open: key })}
            onClose={() => set({ new: undefined })}
          />
        )}
        {open && (
          <SourcePanel key={open.key} project={project} row={open} plans={plans} onClose={() => set({ open: undefined })} />
        )}
      </Suspense>
    </ListScreen>
  );
}

function Readers({ plans }: { plans: readonly PlanRow[] }) {
  if (plans.length === 0) return <span className="muted">{t.noPlan}</span>;
  return (
    <>
      {t.plans(plans.length)}
      <span className={screen.meta}>{plans.map(({ name, key }) => name || key).join(', ')}</span>
    </>
  );
}
