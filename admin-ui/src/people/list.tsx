import { Button, UnstyledButton } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { type PersonRow, people as peopleQuery } from '../api/people.ts';
import * as queries from '../api/queries.ts';
import type { Column } from '../app/data-table.tsx';
import { RowsLoading } from '../app/feedback.tsx';
import { useListFilter } from '../app/list-filter.ts';
import { ListScreen } from '../app/list-screen.tsx';
import { Ago, Chip } from '../app/marks.tsx';
import { useNow } from '../app/now.ts';
import { useMay } from '../app/permissions.ts';
import screen from '../app/screen.module.css';
import { NoAccess } from '../app/screen.tsx';
import { shortTime } from '../text/format.ts';
import { people as t } from '../text/people.ts';

const InvitePanel = lazy(() => import('./invite.tsx').then((m) => ({ default: m.InvitePanel })));
const PersonPanel = lazy(() => import('./panel.tsx').then((m) => ({ default: m.PersonPanel })));

/** Everybody who can log in. */
export function PeopleList() {
  const me = useQuery(queries.me());
  const may = useMay();
  if (!me.data) return <RowsLoading rows={6} />;
  if (!may('user:read')) return <NoAccess title={t.title}>{t.noAccess}</NoAccess>;
  return <Everybody own={me.data.user.id} />;
}

function Everybody({ own }: { own: string }) {
  const [filter, set] = useListFilter();
  const may = useMay();
  const now = useNow(60_000);
  const query = useQuery(peopleQuery());
  const columns: Column<PersonRow>[] = [
    {
      id: 'name',
      name: t.columns.name,
      look: 'wide',
      by: ({ user }) => user.name,
      cell: ({ user: { id, name, email } }) => (
        <>
          <UnstyledButton className={screen.name} aria-label={t.open(name || email)} onClick={() => set({ open: id })}>
            {name || email}
          </UnstyledButton>
          <span className={screen.meta}>
            <span>{email}</span>
            {id === own && <Chip tone="accent">{t.you}</Chip>}
          </span>
        </>
      ),
    },
    { id: 'role', name: t.columns.role, look: 'short', by: ({ user }) => user.role, cell: ({ user }) => t.roles[user.role] },
    { id: 'state', name: t.columns.state, look: 'short', cell: (row) => <State row={row} now={now} /> },
    {
      id: 'since',
      name: t.columns.since,
      look: 'num',
      by: ({ user }) => user.createdAt,
      cell: ({ user }) => <Ago at={user.createdAt} now={now} />,
    },
  ];
  const invite = may('user:write') && (
    <Button leftSection={<IconUserPlus size={16} />} onClick={() => set({ new: true })}>
      {t.invite}
    </Button>
  );
  const open = query.data?.find(({ user }) => user.id === filter.open);
  return (
    <ListScreen
      title={t.title}
      lead={t.lead}
      query={query}
      columns={columns}
      rowKey={({ user }) => user.id}
      words={({ user }) => `${user.name} ${user.email} ${t.roles[user.role]}`}
      searchLabel={t.search}
      defaultSort="name"
      empty={{ title: t.title, text: t.lead }}
      action={invite}
    >
      <Suspense fallback={null}>
        {filter.new && may('user:write') && <InvitePanel onClose={() => set({ new: undefined })} />}
        {open && (
          <PersonPanel key={open.user.id} row={open} isSelf={open.user.id === own} onClose={() => set({ open: undefined })} />
        )}
      </Suspense>
    </ListScreen>
  );
}

function State({ row: { user, invitedUntil }, now }: { row: PersonRow; now: number }) {
  if (user.disabled) return <Chip tone="bad">{t.states.disabled}</Chip>;
  if (invitedUntil === null || invitedUntil <= now) return <Chip tone="good">{t.states.active}</Chip>;
  return (
    <>
      <Chip tone="warn">{t.states.invited}</Chip>
      <span className={screen.meta}>{t.until(shortTime(invitedUntil))}</span>
    </>
  );
}
