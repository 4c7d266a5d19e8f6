import type { OwnSession } from '@burgee/server/api';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endSession, ownSessions } from '../api/people.ts';
import { type Column, DataTable } from '../app/data-table.tsx';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { Ago, Chip } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import screen from '../app/screen.module.css';
import { Part } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { profile } from '../text/people.ts';
import { readUserAgent } from './user-agent.ts';

const t = profile.sessions;

function nameOf({ userAgent }: OwnSession): string {
  const { browser, system } = readUserAgent(userAgent);
  if (browser !== null && system !== null) return t.on(browser, system);
  return browser ?? system ?? (userAgent.slice(0, 60) || t.unknown);
}

/** Where somebody is logged in. */
export function Sessions() {
  const { data, error, isPending, refetch } = useQuery(ownSessions());
  const client = useQueryClient();
  const now = useNow(30_000);
  const end = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await endSession(id);
    },
    onSuccess: () => sayDone(t.ended),
    onSettled: () => client.invalidateQueries({ queryKey: ['own-sessions'] }),
  });
  const others = (data ?? []).filter(({ current }) => !current).map(({ id }) => id);
  const columns: Column<OwnSession>[] = [
    {
      id: 'browser',
      name: t.columns.browser,
      look: 'wide',
      cell: (session) => (
        <span title={session.userAgent}>
          {nameOf(session)} {session.current && <Chip tone="accent">{t.current}</Chip>}
        </span>
      ),
    },
    { id: 'since', name: t.columns.since, look: 'short', cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
    { id: 'seen', name: t.columns.seen, look: 'short', cell: ({ seenAt }) => <Ago at={seenAt} now={now} /> },
    {
      id: 'tools',
      name: '',
      look: 'tools',
      cell: (session) =>
        !session.current && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t.endOne(nameOf(session))}
            disabled={end.isPending}
            onClick={() => end.mutate([session.id])}
          >
            {t.end}
          </Button>
        ),
    },
  ];
  const endOthers = others.length > 0 && (
    <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate(others)}>
      {t.endOthers}
    </Button>
  );
  return (
    <Part title={t.title} lead={data && others.length === 0 ? `${t.lead} ${t.alone}` : t.lead} actions={endOthers}>
      {isPending && <RowsLoading rows={2} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <div className={screen.list}>
          <DataTable label={t.title} columns={columns} rows={data} rowKey={({ id }) => id} />
        </div>
      )}
    </Part>
  );
}
