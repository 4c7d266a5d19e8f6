import type { DiscoveredRow } from '@burgee/server/api';
import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { discovered as discoveredQuery, dismissDiscovered } from '../api/discovered.ts';
import { Confirm } from '../app/confirm.tsx';
import type { Column } from '../app/data-table.tsx';
import { ListScreen } from '../app/list-screen.tsx';
import { Ago } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { isKey } from '../flags/new-flag.ts';
import { discovered as t } from '../text/discovered.ts';
import { flags } from '../text/flags.ts';
import { count } from '../text/format.ts';

/** What applications ask for and nobody has made: make it, or say that nobody wants it. */
export function DiscoveredScreen() {
  const { project } = useParams({ from: '/inside/projects/$project/discovered' });
  const query = useQuery(discoveredQuery(project));
  const now = useNow(30_000);
  const may = useMay();
  const client = useQueryClient();
  const [dismissed, setDismissed] = useState<string | null>(null);
  const columns: Column<DiscoveredRow>[] = [
    { id: 'flag', name: t.columns.flag, by: ({ flag }) => flag, cell: ({ flag }) => <Key flag={flag} /> },
    { id: 'fallback', name: t.columns.fallback, by: ({ type }) => type, cell: (row) => <Fallback row={row} /> },
    {
      id: 'count',
      name: t.columns.count,
      look: 'num',
      by: (row) => row.count,
      cell: (row) => <span className="num">{t.times(count(row.count))}</span>,
    },
    { id: 'where', name: t.columns.where, look: 'wide', cell: (row) => <Where row={row} /> },
    {
      id: 'last',
      name: t.columns.last,
      look: 'num',
      by: ({ lastSeenAt }) => lastSeenAt,
      cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} now={now} />,
    },
    {
      id: 'tools',
      name: '',
      look: 'tools',
      cell: (row) => may('flag:write') && <Tools project={project} row={row} onDismiss={() => setDismissed(row.flag)} />,
    },
  ];
  return (
    <ListScreen
      title={t.title}
      lead={t.lead}
      query={query}
      columns={columns}
      rowKey={({ flag }) => flag}
      words={(row) => `${row.flag} ${row.places.flatMap(({ environment, apps }) => [environment, ...apps]).join(' ')}`}
      searchLabel={t.search}
      defaultSort="-last"
      empty={{ title: t.empty, text: t.emptyText }}
    >
      {dismissed !== null && (
        <Confirm
          title={t.dismiss.title(dismissed)}
          confirm={t.dismiss.action}
          reason="optional"
          done={t.dismiss.done(dismissed)}
          run={(reason) =>
            dismissDiscovered(project, dismissed, reason).then(() =>
              client.invalidateQueries({ queryKey: ['discovered', project] }),
            )
          }
          onClose={() => setDismissed(null)}
        >
          {t.dismiss.text}
        </Confirm>
      )}
    </ListScreen>
  );
}

function Key({ flag }: { flag: string }) {
  return (
    <>
      <span className={`${screen.name} key`}>{flag}</span>
      {!isKey(flag) && <span className={screen.meta}>{t.cannot}</span>}
    </>
  );
}

function Fallback({ row: { type, fallback } }: { row: DiscoveredRow }) {
  return (
    <>
      {fallback === null ? <span className="muted">{t.unknown}</span> : <span className="key">{fallback}</span>}
      <span className={screen.meta}>{flags.types[type]}</span>
    </>
  );
}

function Where({ row: { places } }: { row: DiscoveredRow }) {
  return places.map(({ environment, apps, count: n }) => (
    <span key={environment} className={screen.meta}>
      <span>{t.in(environment, apps.join(', '))}</span>
      {places.length > 1 && <span className="num">{t.times(count(n))}</span>}
    </span>
  ));
}

interface ToolsProps {
  readonly project: string;
  readonly row: DiscoveredRow;
  onDismiss(): void;
}

function Tools({ project, row: { flag, type, fallback }, onDismiss }: ToolsProps) {
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      {isKey(flag) && (
        <Button
          size="compact-xs"
          aria-label={t.createOne(flag)}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/projects/$project/flags"
              params={{ project }}
              search={{ new: true, key: flag, type, fallback: fallback ?? undefined }}
            />
          )}
        >
          {t.create}
        </Button>
      )}
      <Button size="compact-xs" variant="default" aria-label={t.dismiss.one(flag)} onClick={onDismiss}>
        {t.dismiss.action}
      </Button>
    </Group>
  );
}
