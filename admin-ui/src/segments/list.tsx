import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { type SegmentInUse, segmentsInUse } from '../api/segments.ts';
import type { Column } from '../app/data-table.tsx';
import { useListFilter } from '../app/list-filter.ts';
import { ListScreen } from '../app/list-screen.tsx';
import { Ago } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { segments as t } from '../text/segments.ts';
import { whoWords } from './condition.ts';

const CreateSegment = lazy(() => import('./create.tsx').then((m) => ({ default: m.CreateSegment })));

/** Every segment of the project, whom it names and where. */
export function SegmentList() {
  const { project } = useParams({ from: '/inside/projects/$project/segments' });
  const [filter, set] = useListFilter();
  const may = useMay();
  const now = useNow(60_000);
  const query = useQuery(segmentsInUse(project));
  const columns: Column<SegmentInUse>[] = [
    {
      id: 'name',
      name: t.columns.name,
      by: ({ segment }) => segment.name,
      cell: ({ segment }) => (
        <>
          <Link className={screen.name} to="/projects/$project/segments/$segment" params={{ project, segment: segment.key }}>
            {segment.name || segment.key}
          </Link>
          <span className={screen.meta}>
            <span className="key">{segment.key}</span>
          </span>
        </>
      ),
    },
    { id: 'who', name: t.columns.who, look: 'wide', cell: ({ segment }) => <Who row={{ segment }} /> },
    { id: 'use', name: t.columns.use, by: ({ usedBy }) => flagsOf(usedBy).length, cell: ({ usedBy }) => <Use usedBy={usedBy} /> },
    {
      id: 'made',
      name: t.columns.made,
      look: 'num',
      by: ({ segment }) => segment.createdAt,
      cell: ({ segment }) => <Ago at={segment.createdAt} now={now} />,
    },
  ];
  const create = may('segment:write') && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => set({ new: true })}>
      {t.create}
    </Button>
  );
  return (
    <ListScreen
      title={t.title}
      lead={t.lead}
      query={query}
      columns={columns}
      rowKey={({ segment }) => segment.key}
      words={({ segment }) => `${segment.name} ${segment.key} ${segment.description}`}
      searchLabel={t.search}
      empty={{ title: t.empty, text: t.emptyText }}
      action={create}
    >
      <Suspense fallback={null}>
        {filter.new && <CreateSegment project={project} onClose={() => set({ new: undefined })} />}
      </Suspense>
    </ListScreen>
  );
}

const flagsOf = (usedBy: SegmentInUse['usedBy']): string[] => [...new Set(usedBy.map(({ flag }) => flag))];

function Who({ row: { segment } }: { row: Pick<SegmentInUse, 'segment'> }) {
  const words = whoWords(segment.when);
  return (
    <>
      <span>{words.length > 220 ? `${words.slice(0, 220)} …` : words}</span>
      {segment.description && <span className={screen.meta}>{segment.description.slice(0, 160)}</span>}
    </>
  );
}

function Use({ usedBy }: Pick<SegmentInUse, 'usedBy'>) {
  const flags = flagsOf(usedBy);
  if (flags.length === 0) return <span className="muted">{t.unused}</span>;
  return (
    <>
      {t.flags(flags.length)}
      <span className={screen.meta}>{flags.slice(0, 2).join(', ') + (flags.length > 2 ? ' …' : '')}</span>
    </>
  );
}
